/**
 * One answer for each type of message that Genesys' Messenger can show, for testing a page with all of them.
 * The shapes are from `swagger.json` of the Java SDK.
 */
export const SHOWCASE = [
  answer(['form'], {
    content: [
      {
        contentType: 'Form',
        form: {
          cannedResponseId: '0b1f5a3e-51a4-4c8e-9c55-5e1f0f7a0010',
          receivedMessage: { title: 'Your details', subtitle: 'It takes a minute.' },
          replyMessage: { title: 'Thank you, I have your details.' },
          introduction: {
            title: 'Your details',
            subtitle: 'We need them for the visit.',
            buttonText: 'Begin',
          },
          formPages: [
            {
              title: 'You',
              subtitle: 'Who are you?',
              pageComponents: [
                {
                  formComponentType: 'Input',
                  input: {
                    id: 'name',
                    title: 'Name',
                    placeholderText: 'Jane Doe',
                    isRequired: true,
                    isMultipleLine: false,
                    keyboardType: 'Default',
                    autoCompleteType: 'Name',
                  },
                },
                {
                  formComponentType: 'Input',
                  input: { id: 'note', title: 'Anything else?', isRequired: false, isMultipleLine: true },
                },
              ],
            },
            {
              title: 'The visit',
              subtitle: 'What suits you?',
              pageComponents: [
                {
                  formComponentType: 'DatePicker',
                  datePicker: {
                    id: 'day',
                    title: 'Day',
                    dateMinimum: '2026-01-01T00:00:00.000Z',
                    dateMaximum: '2027-12-31T00:00:00.000Z',
                    dateDisplayFormat: 'dayMonthYear',
                  },
                },
                {
                  formComponentType: 'ListPicker',
                  listPicker: { id: 'topics', ...topics() },
                },
                {
                  formComponentType: 'WheelPicker',
                  wheelPicker: {
                    id: 'part',
                    items: [
                      { id: 'am', title: 'Morning' },
                      { id: 'pm', title: 'Afternoon' },
                    ],
                  },
                },
              ],
            },
          ],
          showSummary: true,
        },
      },
    ],
  }),
  answer(['list'], { content: [{ contentType: 'ListPicker', listPicker: topics() }] }),
  answer(['date', 'appointment'], {
    content: [
      {
        contentType: 'DatePicker',
        datePicker: {
          title: 'When may we call?',
          subtitle: 'All times are in your time zone.',
          availableTimes: [
            { dateTime: '2026-12-01T09:00:00.000Z', duration: 1800 },
            { dateTime: '2026-12-01T13:30:00.000Z', duration: 1800 },
            { dateTime: '2026-12-02T09:00:00.000Z', duration: 1800 },
          ],
        },
      },
    ],
  }),
  answer(['carousel'], {
    text: 'Which one?',
    content: [{ contentType: 'Carousel', carousel: { cards: [card('First'), card('Second')] } }],
  }),
  answer(['quick'], {
    content: [
      {
        contentType: 'QuickReplyV2',
        quickReplyV2: {
          title: 'Shall we continue?',
          actions: [
            { text: 'Yes', payload: 'yes', action: 'Message' },
            { text: 'No', payload: 'bye', action: 'Message' },
          ],
        },
      },
    ],
  }),
  answer(['link'], {
    content: [
      {
        contentType: 'RichLink',
        richLink: {
          header: { type: 'Text', value: 'Example' },
          text: 'All about it is on our page.',
          url: 'https://example.com/',
          urlLabel: 'Open the page',
          footer: 'example.com',
        },
      },
    ],
  }),
  answer(['place', 'location'], {
    content: [
      {
        contentType: 'Location',
        location: {
          text: 'Our shop',
          address: '1 Example Street',
          url: 'https://example.com/shop',
          latitude: 53.34,
          longitude: -6.26,
        },
      },
    ],
  }),
  answer(['generic'], {
    content: [
      {
        contentType: 'GenericTemplate',
        generic: {
          title: 'A generic template',
          description: 'Deprecated in favor of the card.',
          components: [
            { title: 'Hello', actions: { textback: 'hello' } },
            { title: 'Read more', actions: { url: 'https://example.com/' } },
          ],
        },
      },
    ],
  }),
  answer(['text'], {
    content: [{ contentType: 'Text', text: { type: 'Text', body: 'A text of its own.' } }],
  }),
  answer(['rich', 'markdown'], {
    text: 'This is *bold*, _italic_, ~struck~, ==marked== and `code`.\n\n- [a link](https://example.com/)\n- another line\n\n> and a quote',
  }),
  answer(['browse'], {
    events: [
      {
        eventType: 'CoBrowse',
        coBrowse: { type: 'Offering', sessionId: 'simulated', sessionJoinToken: 'simulated-join-token' },
      },
    ],
  }),
  answer(['video'], {
    events: [
      {
        eventType: 'Video',
        video: { type: 'Offering', offeringId: 'simulated', jwt: 'simulated.video.jwt' },
      },
    ],
  }),
  answer(['sign', 'login'], {
    events: [
      {
        eventType: 'Presence',
        presence: { type: 'Authenticate', receivedMessage: { title: 'Please sign in to continue.' } },
      },
    ],
  }),
]

function answer<Raw>(when: string[], send: Raw) {
  return { when, do: [{ send, as: 'bot' as const }] }
}

function card(title: string) {
  return {
    title: `${title} card`,
    description: 'Cards have a title, a sentence and buttons.',
    // Genesys: its mobile SDK drops a carousel without this text; it may be empty.
    defaultAction: { type: 'Link', text: '', url: 'https://example.com/' },
    actions: [{ type: 'Postback', text: `Take the ${title.toLowerCase()}`, payload: 'hello' }],
  }
}

function topics() {
  return {
    receivedMessage: { title: 'What is it about?', subtitle: 'Choose as many as you like.' },
    replyMessage: { title: 'Chosen', subtitle: 'Thank you for choosing.' },
    sections: [
      {
        title: 'Topics',
        multipleSelection: true,
        items: [
          { id: 'orders', title: 'My orders', subtitle: 'Where they are' },
          { id: 'returns', title: 'Returns' },
        ],
      },
      {
        title: 'Urgency',
        multipleSelection: false,
        items: [
          { id: 'today', title: 'Today' },
          { id: 'later', title: 'Later' },
        ],
      },
    ],
  }
}
