/**
 * The document that the dashboard serves and serializes: orders, as many as make about so many bytes of JSON.
 */

const bytesOfOrder = 238

const order = (id: number) => ({
  id,
  placedAt: new Date(1_700_000_000_000 + id * 61_000),
  customer: { id: (id * 7919) % 5_000, name: `Customer ${(id * 7919) % 5_000}`, city: "Zürich" },
  lines: [
    { sku: `A-${id % 977}`, count: 1 + (id % 4), price: 19.9 },
    { sku: `B-${id % 613}`, count: 2, price: (id % 100) + 0.5 }
  ],
  note: id % 3 === 0 ? "Leave at the door, please; the bell does not work." : null,
  paid: id % 5 !== 0
})

export const makeDocument = (bytes: number): { readonly orders: ReadonlyArray<unknown> } => ({
  orders: Array.from({ length: Math.max(1, Math.round(bytes / bytesOfOrder)) }, (_, id) => order(id))
})
