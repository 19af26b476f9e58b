// Some 6 MB. Beyond 8 MiB, the answer is streamed.
export const rows = Array.from({ length: 50_000 }, (_, id) => ({
  id,
  station: `station ${id % 500}`,
  at: new Date(1.7e12 + id * 60_000),
  values: [id / 3, id / 7, id / 11]
}))
