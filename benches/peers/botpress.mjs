// What the two scripts share: the client, the list of conversations, and the transcript of the vendor's tutorial.
import { Client, axiosRetry } from '@botpress/client'

process.on('uncaughtException', ({ message }) => {
  console.error(message)
  process.exit(1)
})

export function connect(retry) {
  return new Client({
    apiUrl: process.env.BP_API_URL,
    token: process.env.BP_TOKEN,
    botId: process.env.BP_BOT_ID,
    // Ten waits, which double from 0.2 s, are longer than any window.
    ...(retry && { retry: { retries: 10, retryDelay: axiosRetry.exponentialDelay } }),
  })
}

export async function listConversations(client) {
  const conversations = []
  let nextToken
  do {
    const page = await client.listConversations({ nextToken })
    conversations.push(...page.conversations)
    nextToken = page.meta.nextToken
  } while (nextToken)
  return conversations
}

export async function writeTranscript(client, { id }) {
  const messages = []
  let nextToken
  do {
    const page = await client.listMessages({ conversationId: id, nextToken })
    messages.push(...page.messages)
    nextToken = page.meta.nextToken
  } while (nextToken)
  const lines = messages.reverse().map((message) => {
    const who = message.direction === 'incoming' ? 'User' : 'Bot'
    return `${who}: ${words(message)}\nat ${new Date(message.createdAt).toLocaleString()}\n\n`
  })
  process.stdout.write(`=== ${id} ===\n\n${lines.join('')}`)
}

function words({ type, payload }) {
  switch (type) {
    case 'text':
    case 'quick_reply':
      return payload.text
    case 'choice':
      return `${payload.text}: ${payload.options.map(({ label }) => label).join(' / ')}`
    default:
      return `Media message of type ${type}`
  }
}
