/** Processes with a cache, and the source that all of them compute from. */
import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import type { Answers, ToParent, ToPeer } from "./messages.ts"

/** What every report is computed from. */
export class Source {
  version = 1
  /** Computations that have asked. */
  reads = 0
  /** Milliseconds that an answer takes. */
  delay = 200
  /** Called when somebody asks. */
  onRead: (() => void) | undefined = undefined

  /** The version is read at once: what comes while the answer is on its way is not in it. */
  async read(): Promise<number> {
    this.reads++
    const { version } = this
    this.onRead?.()
    await sleep(this.delay)
    return version
  }

  /** Resolves when the next computation has asked. */
  async nextRead(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.onRead = resolve
    })
    this.onRead = undefined
  }
}

export class Peer implements AsyncDisposable {
  readonly name: string
  private readonly child: ChildProcess
  private readonly asked = new Map<number, (message: ToParent) => void>()
  private questions = 0

  private constructor(name: string, child: ChildProcess) {
    this.name = name
    this.child = child
  }

  /** Starts a process, and waits until it is connected to Redis. */
  static async start(name: string, url: string, source: Source): Promise<Peer> {
    const child = fork(fileURLToPath(new URL("peer.ts", import.meta.url)), [url])
    const peer = new Peer(name, child)
    await new Promise<void>((resolve, reject) => {
      child.once("exit", (code) => reject(new Error(`Process ${name} ended with ${code}`)))
      child.on("message", (message: ToParent) => {
        switch (message._tag) {
          case "Ready":
            return resolve()
          case "Read":
            return void source.read().then((version) => peer.send({ _tag: "Version", id: message.id, version }))
          default:
            peer.asked.get(message.ask)?.(message)
            return void peer.asked.delete(message.ask)
        }
      })
    })
    return peer
  }

  /** So many callers. With a pause between them, in milliseconds, each asks for a key of its own. */
  async load(key: string, callers: number, pause = 0): Promise<Answers> {
    const message = await this.ask((ask) => ({ _tag: "Load", ask, key, callers, pause }))
    if (message._tag !== "Answers") throw new Error(`Not expected: ${message._tag}`)
    return message.answers
  }

  /** `done`, or `queued` where Redis did not answer. */
  async invalidate(key: string): Promise<string> {
    return statusOf(await this.ask((ask) => ({ _tag: "Invalidate", ask, key })))
  }

  /** It does nothing until it is thawed. */
  freeze(): void {
    this.child.kill("SIGSTOP")
  }

  thaw(): void {
    this.child.kill("SIGCONT")
  }

  /** Whether it is attached to Redis, how many invalidations wait, and which rules of `CacheHealth` fire. */
  async state(): Promise<string> {
    return statusOf(await this.ask((ask) => ({ _tag: "State", ask })))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exit = once(this.child, "exit")
    this.send({ _tag: "End" })
    await exit
  }

  private ask(question: (ask: number) => ToPeer): Promise<ToParent> {
    const ask = this.questions++
    return new Promise((resolve) => {
      this.asked.set(ask, resolve)
      this.send(question(ask))
    })
  }

  private send(message: ToPeer): void {
    if (this.child.connected) this.child.send(message)
  }
}

const statusOf = (message: ToParent): string => (message._tag === "Done" ? message.status : message._tag)
