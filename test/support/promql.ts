/** Reads expressions of Prometheus. */
import { parser } from "@prometheus-io/lezer-promql"
import { assert } from "@effect/vitest"

/** The series that an expression selects: the name, and the labels that it asks for by `=`. */
export const selectorsOf = (expr: string): Array<{ name: string; labels: Record<string, string> }> => {
  // Grafana's variables are no PromQL.
  const source = expr.replaceAll("$__rate_interval", "5m")
  const selectors: Array<{ name: string; labels: Record<string, string> }> = []
  parser.parse(source).iterate({
    enter: ({ from, name, node, to, type }) => {
      assert.isFalse(type.isError, `${source} at ${from}`)
      if (name === "VectorSelector") {
        const metric = node.getChild("Identifier")!
        selectors.push({ name: source.slice(metric.from, metric.to), labels: {} })
      } else if (name === "UnquotedLabelMatcher") {
        const match = /^(\w+)="(.*)"$/.exec(source.slice(from, to))
        if (match !== null) selectors.at(-1)!.labels[match[1]!] = match[2]!
      }
    }
  })
  return selectors
}
