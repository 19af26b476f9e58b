/**
 * What a pool knows of the file that its threads load.
 *
 * A worker file has named handlers: each function that it exports takes one task and returns the answer, at once or as
 * a promise. Each kind of work has its own pool with its own file, so its tasks have the shape that suits them.
 */

/** The functions that a worker file exports, by name. */
export type Handlers = { readonly [name: string]: (task: never) => unknown }

/** The names of the handlers of a worker file whose exports have type `H`. */
export type HandlerName<H> = { [K in keyof H]: H[K] extends (task: never) => unknown ? K : never }[keyof H] & string

/** What a handler takes. */
export type TaskOf<H, Name extends keyof H> = H[Name] extends (task: infer Task) => unknown ? Task : never

/** What a handler answers. */
export type AnswerOf<H, Name extends keyof H> = H[Name] extends (task: never) => infer Answer ? Awaited<Answer> : never

/** A worker file, and how to know that it is the right one. */
export interface WorkerFile {
  /** The place of the file unless a `workerUrl` says otherwise: a `file:` URL. Asked when a thread starts. */
  readonly url: () => string
  /** Its name in the package, for messages: what to build, and to set `workerUrl` to. */
  readonly module: string
  /**
   * The first task of a thread. The thread is ready when the answer is right: its file is loaded then, and its code has
   * run.
   */
  readonly warmUp: {
    readonly handler: string
    readonly task: unknown
    readonly isAnswer: (answer: unknown) => boolean
  }
}

/**
 * The URL of a worker file that stands beside a module: `name.ts` in the sources, `name.js` in the package, and in a
 * bundle beside the bundle, if it was put there. `here` is the module's `import.meta.url`, which is undefined in a
 * bundle of CommonJS.
 */
export const workerFileBeside = (here: string | undefined, name: string): string =>
  here === undefined ? `${name}.js` : new URL(`./${name}.${here.endsWith(".ts") ? "ts" : "js"}`, here).href
