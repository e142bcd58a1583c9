import 'genesys-guest-bff/guest-chat/preact'
export const ok = (
  <genesys-guest-chat
    storage="session"
    open={true}
    class="x"
    launcher="none"
    ref={(e) => {
      void e?.chat?.open()
    }}
    onguest-chat-unread={(event) => event.detail.count.toFixed()}
  />
)
// @ts-expect-error no such storage
export const bad = <genesys-guest-chat storage="sesion" />
