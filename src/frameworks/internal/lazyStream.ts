/**
 * A stream that begins when somebody reads it, in the context of who made it. One that nobody reads costs nothing.
 */
export const lazyStream = (
  open: () => ReadableStream<Uint8Array>,
  inContext: <A>(f: () => A) => A
): ReadableStream<Uint8Array> => {
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await inContext(() => (reader ??= open().getReader()).read())
        if (done) controller.close()
        else controller.enqueue(value)
      },
      cancel: (reason) => reader?.cancel(reason)
    },
    // With the default of 1 it would begin at once.
    { highWaterMark: 0 }
  )
}
