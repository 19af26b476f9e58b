/**
 * A timer that ticks every 10 ms, as any other work in the process would like to be served, and draws the progress:
 * while the loop is held, it stands still, for all to see.
 */
const period = 10
const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]

export interface Ticker {
  /** What is shown beside the spinner. Without a terminal each new text is a line of its own. */
  say(text: string): void
  /** How many ticks were missed while `run` ran. */
  watch<A>(run: () => Promise<A>): Promise<{ readonly value: A; readonly missed: number }>
  stop(): void
}

export const makeTicker = (out: NodeJS.WriteStream = process.stderr): Ticker => {
  let ticks = 0
  let text = ""
  const draw = () => {
    if (out.isTTY) out.write(`\r\u001b[2K${frames[Math.floor(ticks / 8) % frames.length]} ${text}`)
  }
  const timer = setInterval(() => {
    ticks++
    if (ticks % 8 === 0) draw()
  }, period)
  return {
    say(next) {
      text = next
      if (out.isTTY) draw()
      else out.write(`${next}\n`)
    },
    async watch(run) {
      const before = ticks
      const start = performance.now()
      const value = await run()
      const due = Math.floor((performance.now() - start) / period)
      return { value, missed: Math.max(0, due - (ticks - before)) }
    },
    stop() {
      clearInterval(timer)
      if (out.isTTY) out.write("\r\u001b[2K")
    }
  }
}
