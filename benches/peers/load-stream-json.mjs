// Reads an export from boost.ai as a stream, and writes one line per conversation.
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import chain from 'stream-chain'
import { parser } from 'stream-json'
import { streamArray } from 'stream-json/streamers/stream-array.js'

const answer = await fetch(`${process.env.BOOST_SITE}/api/export/v3`, {
  method: 'POST',
  headers: { Authorization: `Bearer ${process.env.BOOST_TOKEN}`, 'Content-Type': 'application/json' },
  body: JSON.stringify({ from: '2020-01-01', to: '2022-01-01' }),
})
if (!answer.ok) throw new Error(`status ${answer.status}`)
const lines = chain([
  parser(),
  streamArray(),
  ({ value }) => (value.type === 'conversation' ? `${JSON.stringify(value)}\n` : null),
])
await pipeline(Readable.fromWeb(answer.body), lines, process.stdout)
