// Like botpress-sequential.mjs, but with N conversations at once, written as they come.
//   node botpress-concurrent.mjs N [retry]
import { connect, listConversations, writeTranscript } from './botpress.mjs'

const [, , atOnce, retry] = process.argv
const client = connect(retry === 'retry')
const conversations = await listConversations(client)

async function work() {
  for (let next = conversations.shift(); next; next = conversations.shift()) {
    await writeTranscript(client, next)
  }
}
await Promise.all(Array.from({ length: Number(atOnce) }, work))
