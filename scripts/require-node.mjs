/**
 * Runs before `npm start` and `npm test`: makes sure that what follows runs on the Node of the dev dependency `node`.
 *
 * The machine's own Node may be too old to run TypeScript, or even to parse this project's files, so this one file is
 * plain JavaScript and keeps to what Node 20 knows. Two packages bring a program called "node" (26 and 24). npm links the
 * first one by path, so `node_modules/.bin/node` is 26 after `npm ci`; installing or updating only `node-24` later can
 * change that, and then the link is set right here.
 */
import { spawnSync } from "node:child_process"
import { existsSync, readFileSync, rmSync, symlinkSync } from "node:fs"
import { fileURLToPath } from "node:url"

const root = new URL("../", import.meta.url)
const { devDependencies, engines } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"))
const wanted = devDependencies.node
const oldest = Number(engines.node.replace(/\D+/, ""))

const inPackage = fileURLToPath(new URL("node_modules/node/bin/node", root))
const link = fileURLToPath(new URL("node_modules/.bin/node", root))

const versionOf = (program) => spawnSync(program, ["-p", "process.versions.node"], { encoding: "utf8" }).stdout?.trim()

if (process.versions.node !== wanted) {
  if (process.platform !== "win32" && existsSync(inPackage) && versionOf(inPackage) === wanted) {
    rmSync(link, { force: true })
    symlinkSync("../node/bin/node", link)
  } else if (Number(process.versions.node.split(".")[0]) >= oldest) {
    console.warn(`Running on Node ${process.versions.node}; the project is pinned to ${wanted}.`)
  } else {
    console.error(
      [
        `This project needs Node ${oldest} or later, and this is ${process.versions.node}.`,
        `"npm ci" brings Node ${wanted} as the dev dependency "node", through that package's install script.`,
        "It is not there: dev dependencies or install scripts were left out. Run",
        "    npm ci --include=dev --ignore-scripts=false"
      ].join("\n")
    )
    process.exitCode = 1
  }
}
