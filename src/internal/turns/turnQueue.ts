/**
 * Turns of the event loop, shared by all calls of all layers on this thread: the one way in which this library does
 * long work.
 *
 * A turn is one iteration of the loop, from one check phase (`setImmediate`) to the next. All work in it is added up in
 * `spent`: work at once in a caller's own turn, and later work for calls in flight. A call goes on only while `spent`
 * is below its own budget. So a hundred concurrent calls block the loop no longer than one does.
 */
import { onNextTurn, type PlannedTurn } from "./nextTurn.ts"
import { realTimers } from "./realTimers.ts"

/** A piece of work that is done in small steps. */
export interface Task {
  /** Milliseconds of a turn after which it does not go on. */
  readonly budget: number
  /** Does one step; true when there is more to do now. */
  step(): boolean
  /** A step has thrown, and is the last one. Tells whoever waits for the task; the queue goes on with the others. */
  fail(thrown: unknown): void
}

let queue: Array<Task> = []
let spent = 0
let planned: PlannedTurn | undefined
/** A turn is under way. It decides at its end whether there is another one. */
let isTicking = false
let longest = 0

// Nobody has done anything in this turn yet. The next turn starts at zero. A process that could end need not wait for
// it.
const begin = (): void => {
  if (planned !== undefined || isTicking) return
  spent = 0
  planned = onNextTurn(tick)
  planned.unref()
}

/** Milliseconds of `budget` that are left in this turn. */
export const timeLeft = (budget: number): number => {
  begin()
  return budget - spent
}

/** Adds the time of work that was done in a caller's own turn. */
export const charge = (milliseconds: number): void => {
  begin()
  spent += milliseconds
  if (milliseconds > longest) longest = milliseconds
}

/** The longest synchronous piece since the thread began, in milliseconds. */
export const longestHold = (): number => longest

/** Goes on with `task` in turns to come, until a step says that there is nothing to do now, or throws. */
export const schedule = (task: Task): void => {
  queue.push(task)
  if (isTicking) return
  if (planned === undefined) planned = onNextTurn(tick)
  else planned.ref()
}

const tick = (): void => {
  const tasks = queue
  const began = realTimers.now()
  let i = 0
  queue = []
  planned = undefined
  isTicking = true
  spent = 0
  while (i < tasks.length && spent < tasks[i]!.budget) {
    const task = tasks[i++]!
    if (stepOf(task)) tasks.push(task)
    spent = realTimers.now() - began
  }
  isTicking = false
  if (spent > longest) longest = spent
  if (i < tasks.length) queue = tasks.slice(i).concat(queue)
  if (queue.length > 0) {
    planned = onNextTurn(tick)
  } else if (i > 0) {
    // What was done counts until the next turn. After a turn without work there is none.
    planned = onNextTurn(tick)
    planned.unref()
  }
}

// What a task throws must end only that task. Here it would end the turns of all others too.
const stepOf = (task: Task): boolean => {
  try {
    return task.step()
  } catch (thrown) {
    fail(task, thrown)
    return false
  }
}

const fail = (task: Task, thrown: unknown): void => {
  try {
    task.fail(thrown)
  } catch (error) {
    // Only the process is left to be told.
    realTimers.queueMicrotask(() => {
      throw error
    })
  }
}

let waiting = 0
let keeper: NodeJS.Timeout | undefined

/** Keeps the process alive while a call waits for a worker thread. Idle threads do not. */
export const holdProcess = (): void => {
  if (waiting++ === 0) keeper = realTimers.setInterval(() => {}, 0x7fff_ffff)
}

export const releaseProcess = (): void => {
  if (--waiting === 0) realTimers.clearInterval(keeper)
}
