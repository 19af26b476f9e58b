/**
 * The Content-Type that Express sends with a string: its `res.send` parses what the program has set, makes the charset `utf-8`, and
 * formats it anew, each version in its own way. So it is asked, with a stand-in for the response that sends nothing.
 */

interface Sender {
  send(body: string): unknown
}

/** Throws what Express throws at a header that is no media type. */
export const utf8Type = (response: Sender, header: string): string => {
  let type = header
  const standIn = Object.create(Reflect.getPrototypeOf(response), {
    // Whatever else it asks for is there already, so it makes no ETag and sets no length.
    get: { value: (name: string) => (name.toLowerCase() === "content-type" ? header : "there") },
    set: {
      value: (name: string, value: string) => {
        if (name.toLowerCase() === "content-type") type = value
      }
    },
    req: { value: { method: "GET", fresh: false } },
    statusCode: { value: 200 },
    end: { value: () => {} }
  }) as Sender
  standIn.send("")
  return type
}
