import * as z from 'zod'
import type { DeploymentInfo, DeploymentLabels } from '../../../guest-api.ts'
import { Picture, defined, listOf, maybe } from '../wire/json-schemas.ts'

/**
 * The deployment's appearance, from its public configuration (`WebDeploymentConfigurationVersion` in the
 * platform's API). All fields are optional.
 */

const Text = maybe(z.string())
const CustomLabels = maybe(
  listOf(
    z.object({
      language: z.string(),
      localizedLabels: listOf(z.object({ key: z.string(), value: z.string() })),
    }),
  ),
)

export const Look = z.object({
  messenger: maybe(
    z.object({
      sessionPersistenceType: Text,
      styles: maybe(z.object({ primaryColor: Text })),
      launcherButton: maybe(
        z.object({ visibility: Text, displayType: Text, icon: maybe(z.object({ url: maybe(Picture) })) }),
      ),
      homeScreen: maybe(z.object({ enabled: maybe(z.boolean()), logoUrl: maybe(Picture) })),
      apps: maybe(
        z.object({
          conversations: maybe(
            z.object({
              humanize: maybe(
                z.object({
                  enabled: maybe(z.boolean()),
                  bot: maybe(z.object({ name: Text, avatarUrl: maybe(Picture) })),
                }),
              ),
            }),
          ),
        }),
      ),
    }),
  ),
  position: maybe(
    z.object({ alignment: Text, sideSpace: maybe(z.number()), bottomSpace: maybe(z.number()) }),
  ),
  customI18nLabels: CustomLabels,
  /** The spelling in a published `config.json`. */
  customI18NLabels: CustomLabels,
})
export type Look = z.infer<typeof Look>

const LABELS: Readonly<Record<string, keyof DeploymentLabels>> = {
  MessengerHomeHeaderTitle: 'headerTitle',
  MessengerHomeHeaderSubTitle: 'headerSubtitle',
  MessengerLauncherButtonText: 'launcherText',
}

const PERSISTENCE: Readonly<Record<string, DeploymentInfo['sessionPersistence']>> = {
  AcrossSubdomains: 'across-subdomains',
  DomainOrSubdomainOnly: 'one-domain',
}

type DeploymentLook = Pick<
  DeploymentInfo,
  'sessionPersistence' | 'styles' | 'launcher' | 'position' | 'homeScreen' | 'labels' | 'bot'
>

export function readLook({ messenger, position, ...labels }: Look): DeploymentLook {
  const { sessionPersistenceType, styles, launcherButton, homeScreen, apps } = messenger ?? {}
  const { humanize } = apps?.conversations ?? {}
  const customLabels = labels.customI18nLabels ?? labels.customI18NLabels
  return defined({
    sessionPersistence: PERSISTENCE[sessionPersistenceType ?? ''],
    styles: styles?.primaryColor === undefined ? undefined : { primaryColor: styles.primaryColor },
    launcher: launcherButton && readLauncher(launcherButton),
    position: position && {
      alignment: oneOf(position.alignment, ['left', 'right'] as const) ?? ('auto' as const),
      ...defined({ sideSpacePx: position.sideSpace, bottomSpacePx: position.bottomSpace }),
    },
    homeScreen: homeScreen && {
      enabled: homeScreen.enabled ?? false,
      ...defined({ logoUrl: homeScreen.logoUrl }),
    },
    labels: customLabels && readLabels(customLabels),
    bot: humanize?.enabled
      ? defined({ name: humanize.bot?.name || undefined, imageUrl: humanize.bot?.avatarUrl })
      : undefined,
  })
}

/** Genesys' own launcher is shown, with only an icon, unless the deployment says otherwise. */
function readLauncher(button: NonNullable<NonNullable<Look['messenger']>['launcherButton']>) {
  const { visibility, displayType, icon } = button
  const display = { icon: 'icon', text: 'text', iconandtext: 'icon-and-text' } as const
  const shown = oneOf(displayType, ['icon', 'text', 'iconandtext'] as const) ?? 'icon'
  const isOnDemand = visibility?.toLowerCase() === 'ondemand'
  return {
    visibility: isOnDemand
      ? ('on-demand' as const)
      : (oneOf(visibility, ['off'] as const) ?? ('on' as const)),
    display: display[shown],
    ...defined({ iconUrl: icon?.url }),
  }
}

function readLabels(languages: NonNullable<Look['customI18nLabels']>): Record<string, DeploymentLabels> {
  return Object.fromEntries(
    languages.map(({ language, localizedLabels }) => {
      const known = localizedLabels.filter(({ key }) => Object.hasOwn(LABELS, key))
      return [language, Object.fromEntries(known.map(({ key, value }) => [LABELS[key], value]))]
    }),
  )
}

/** The platform writes `Left` where its own client compares with `left`. */
function oneOf<T extends string>(value: string | undefined, values: readonly T[]): T | undefined {
  return values.find((one) => one === value?.toLowerCase())
}
