// A server of the kind that tutorials for this task present, in our own code: it uses express.json, axios with its defaults, and one
// token for the process in a variable. Unlike the tutorials' code, it does not write each response to the console.
import axios from 'axios'
import express from 'express'

const { PORT, UPSTREAM_URL } = process.env

let accessToken
let renewAtMs = 0

async function getAccessToken() {
  if (accessToken !== undefined && Date.now() < renewAtMs) return accessToken
  const { data } = await axios.post(`${UPSTREAM_URL}/oauth/token`, {
    grant_type: 'client_credentials',
    client_id: 'bench',
    client_secret: 'bench',
  })
  accessToken = data.access_token
  renewAtMs = Date.now() + data.expires_in * 1000 - 60_000
  return accessToken
}

const app = express()
app.use(express.json())
app.post('/guest-attributes', async (req, res) => {
  const { guestId, attributes } = req.body
  if (!guestId || !attributes) {
    res.status(400).json({ error: 'guestId and attributes are needed' })
    return
  }
  try {
    const token = await getAccessToken()
    const { data } = await axios.put(
      `${UPSTREAM_URL}/api/v2/webmessaging/guests/${guestId}/attributes`,
      { attributes },
      { headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' } },
    )
    res.status(200).json({ success: true, data })
  } catch (error) {
    res.status(500).json({ error: 'the attributes could not be set', details: error.response?.data })
  }
})
app.listen(Number(PORT), '127.0.0.1')
