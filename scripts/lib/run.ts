/**
 * Child processes for the check scripts: output collected, a time limit, and never a process left behind.
 */
import { spawn, type ChildProcess } from "node:child_process"

export interface RunOptions {
  readonly cwd?: string
  readonly env?: Record<string, string>
  /** Milliseconds until the process is killed. */
  readonly limit?: number
  /** Sees the output as it comes; may end the process with what it is given. */
  readonly onOutput?: (output: string, child: ChildProcess) => void
}

export interface RunResult {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly timedOut: boolean
  /** Standard output and standard error, as they came. */
  readonly output: string
}

/**
 * What npm tells a script about the package it runs for would send an npm inside of it to the wrong folder; settings of
 * the user (`npm_config_*`) stay.
 */
const environment = (): Record<string, string> => {
  const env: Record<string, string> = {}
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && !/^(npm_(package|lifecycle)_|npm_config_local_prefix$|NODE_OPTIONS$)/i.test(name)) {
      env[name] = value
    }
  }
  return env
}

export const run = (command: string, args: ReadonlyArray<string>, options: RunOptions = {}): Promise<RunResult> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...environment(), ...options.env },
      stdio: ["ignore", "pipe", "pipe"]
    })
    let output = ""
    let timedOut = false
    const collect = (chunk: string): void => {
      output += chunk
      options.onOutput?.(output, child)
    }
    child.stdout.setEncoding("utf8").on("data", collect)
    child.stderr.setEncoding("utf8").on("data", collect)
    const timer = setTimeout(() => {
      timedOut = true
      child.kill("SIGKILL")
    }, options.limit ?? 120_000)
    child.on("error", (error) => {
      clearTimeout(timer)
      reject(error)
    })
    child.on("close", (code, signal) => {
      clearTimeout(timer)
      resolve({ code, signal, timedOut, output })
    })
  })

/** How a process ended, for a message. */
export const ending = (result: RunResult): string =>
  result.timedOut
    ? "did not end in time"
    : result.signal !== null
      ? `killed by ${result.signal}`
      : `exit code ${result.code}`
