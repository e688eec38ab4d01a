// Transcripts of all conversations, one request after the other, as the vendor's tutorial does it.
//   node botpress-sequential.mjs [retry]
import { connect, listConversations, writeTranscript } from './botpress.mjs'

const client = connect(process.argv[2] === 'retry')
for (const conversation of await listConversations(client)) {
  await writeTranscript(client, conversation)
}
