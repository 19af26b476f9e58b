declare module "compression"
declare module "koa-compress"
declare module "@koa/etag"
declare module "koa-conditional-get"
