/** Builds values that change while they are read, from the descriptions in `changingShapes.ts`. */
import type { Change, RowKind, Shape } from "./changingShapes.ts"

/** What user code of these values throws. */
export class Thrown extends Error {}

type Container = Array<unknown> | Record<string, unknown>

const withoutText = [undefined, () => 1, Symbol("none")]

export class World {
  readonly root: unknown
  private readonly containers: Array<Container> = []
  private readonly memories: Array<ArrayBuffer> = []
  private count = 0
  private isChanging = false

  constructor(shape: Shape) {
    this.root = this.build(shape)
  }

  /** Undoes what was done to prototypes. */
  static restore(): void {
    delete (Object.prototype as { toJSON?: unknown }).toJSON
    delete (Array.prototype as { toJSON?: unknown }).toJSON
  }

  /** Not while another change is made, which may run a getter, too. */
  change(change: Change): void {
    if (this.isChanging) return
    this.isChanging = true
    this.count++
    this.make(change)
    this.isChanging = false
  }

  private make({ target, what }: Change): void {
    const container = this.containers[target % this.containers.length]
    for (const memory of this.memories) if (target % 7 === 0) memory.resize(memory.byteLength >> 1)
    if (container === undefined) return
    const keys = Object.keys(container)
    const set = (make: (key: string, i: number) => unknown) =>
      keys.slice(0, 100).forEach((key, i) => Reflect.set(container, key, make(key, i)))
    switch (what) {
      case "empty":
        return Array.isArray(container) ? void (container.length = 0) : this.remove(container, keys)
      case "shorten":
        if (Array.isArray(container)) container.length >>= 1
        else this.remove(container, keys.slice(keys.length >> 1))
        return
      case "lose text":
        return set((_, i) => withoutText[(i + this.count) % 3])
      case "lose text for good":
        return set((_, i) => ({ toJSON: () => withoutText[i % 3] }))
      case "toJSON on children":
        for (const key of keys) {
          const child: unknown = Reflect.get(container, key)
          if (typeof child !== "object" || child === null || Object.isFrozen(child)) continue
          Reflect.set(child, "toJSON", () => withoutText[this.count % 3])
        }
        return
      case "replace by primitives":
        return set((key, i) => (i % 2 === 0 ? key : i))
      case "replace by a list":
        return set(() => this.build({ _: "rows", count: 30, of: "record" }))
      case "extend":
        for (let i = 0; i < 40; i++)
          Reflect.set(container, Array.isArray(container) ? container.length : `new${i}`, { i })
        return
      case "bigint":
        return set((_, i) => (i === 0 ? 1n : i))
      case "cycle":
        return set(() => this.root)
      case "delete one":
        return void (keys[0] !== undefined && Reflect.deleteProperty(container, keys[0]))
      case "undefined":
        return set(() => undefined)
      case "patch": {
        const prototype = (Array.isArray(container) ? Array.prototype : Object.prototype) as { toJSON?: unknown }
        Object.defineProperty(prototype, "toJSON", { configurable: true, writable: true, value: () => withoutText[0] })
        return
      }
      case "hijack": {
        // Answers each time something else, a number of times.
        let asked = 0
        const get = () => (asked++ % 2 === 0 ? undefined : () => [])
        Object.defineProperty(Array.prototype, "toJSON", { configurable: true, get })
        return
      }
    }
  }

  private remove(container: object, keys: ReadonlyArray<string>): void {
    for (const key of keys) Reflect.deleteProperty(container, key)
  }

  private add<A extends Container>(container: A): A {
    this.containers.push(container)
    return container
  }

  private build(shape: Shape): unknown {
    switch (shape._) {
      case "leaf":
        return shape.value
      case "text":
        return "tä".repeat(shape.length >> 1)
      case "rows":
        return this.add(Array.from({ length: shape.count }, (_, i) => this.row(shape.of, i)))
      case "map":
        return this.add(
          Object.fromEntries(Array.from({ length: shape.count }, (_, i) => [`k${i}`, this.row(shape.of, i)]))
        )
      case "array":
        return this.add(shape.children.map((child) => this.build(child)))
      case "object": {
        const object = this.add({} as Record<string, unknown>)
        shape.children.forEach((child, i) => this.put(object, `p${i}`, child))
        return object
      }
      case "bytes":
      case "doubles":
      case "buffer": {
        const memory = new ArrayBuffer(shape.length * 8, { maxByteLength: shape.length * 8 })
        this.memories.push(memory)
        if (shape._ === "buffer") return Buffer.from(memory)
        return shape._ === "bytes" ? new Uint8Array(memory) : new Float64Array(memory)
      }
      case "hook":
        return this.hook(shape)
    }
  }

  private put(object: object, key: string, shape: Shape): void {
    if (shape._ !== "hook" || (shape.how !== "getter" && shape.how !== "fickle")) {
      return void Reflect.set(object, key, this.build(shape))
    }
    const first = this.build(shape.gives)
    let reads = 0
    const get = () => {
      this.change(shape.change)
      return shape.how === "getter" || reads++ === 0 ? first : { toJSON: () => withoutText[reads % 3] }
    }
    Object.defineProperty(object, key, { enumerable: true, configurable: true, get })
  }

  private hook({ change, gives, how }: Extract<Shape, { readonly _: "hook" }>): unknown {
    const inner = this.build(gives)
    switch (how) {
      case "toJSON":
        return {
          toJSON: () => {
            this.change(change)
            return inner
          }
        }
      case "thrower":
        return {
          toJSON: () => {
            this.change(change)
            if (this.count > 3) throw new Thrown("thrown")
            return inner
          }
        }
      case "proxy": {
        // Of a container, not of what has slots of its own.
        const around = (this.containers as ReadonlyArray<unknown>).includes(inner) ? (inner as Container) : [inner]
        let traps = 0
        return new Proxy(around, {
          get: (target, key, self) => {
            if (++traps % 3 === 0) this.change(change)
            return Reflect.get(target, key, self) as unknown
          }
        })
      }
      default:
        return this.put({}, "x", { _: "hook", change, gives, how }) ?? inner
    }
  }

  private row(kind: RowKind, i: number): unknown {
    switch (kind) {
      case "number":
        return i + 0.5
      case "string":
        return `string ${i}`
      case "record":
        return this.small({ id: i, name: "n".repeat(30), tags: ["a"] })
      case "pair":
        return [i, i]
      case "list":
        return this.small(["x", { y: i }])
      case "toJSON":
        return i % 5 === 0 ? { toJSON: () => this.small({ i, list: [1, 2, { z: "z".repeat(20) }] }) } : { i }
    }
  }

  // A few of many can be changed, too.
  private small<A extends Container>(container: A): A {
    return this.containers.length < 200 ? this.add(container) : container
  }
}

/** Whether an error that names user code has a cause of user code, or what native code says of a value that is another by now. */
export const isForeign = (cause: unknown): boolean =>
  cause instanceof Thrown ||
  (cause instanceof TypeError && /circular structure|serialize a BigInt|on proxy: /.test(cause.message)) ||
  (cause instanceof RangeError && /call stack/.test(cause.message))
