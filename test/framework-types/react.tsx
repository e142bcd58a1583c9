import 'genesys-guest-bff/guest-chat/react'
export const ok = (
  <genesys-guest-chat
    storage="session"
    open={true}
    className="x"
    launcher="none"
    ref={(e) => {
      void e?.chat?.open()
    }}
    onguest-chat-unread={(event) => event.detail.count.toFixed()}
    userToken={() => 'x'}
  />
)
// @ts-expect-error no such storage
export const bad = <genesys-guest-chat storage="sesion" />
// @ts-expect-error no such attribute
export const bad2 = <genesys-guest-chat tint="red" />
