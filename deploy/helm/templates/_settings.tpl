{{/* Checks settings as the service does at startup, with the same messages; check.mjs compares both. */}}

{{- define "bff.regions" -}}
us-east-1 (mypurecloud.com), us-east-2 (use2.us-gov-pure.cloud), us-west-2 (usw2.pure.cloud), ca-central-1 (cac1.pure.cloud), mx-central-1 (mxc1.pure.cloud), sa-east-1 (sae1.pure.cloud), eu-west-1 (mypurecloud.ie), eu-west-2 (euw2.pure.cloud), eu-central-1 (mypurecloud.de), eu-central-2 (euc2.pure.cloud), eusc-de-east-1 (edee1.eusc-pure.cloud), me-central-1 (mec1.pure.cloud), ap-south-1 (aps1.pure.cloud), ap-northeast-1 (mypurecloud.jp), ap-northeast-2 (apne2.pure.cloud), ap-northeast-3 (apne3.pure.cloud), ap-southeast-1 (apse1.pure.cloud), ap-southeast-2 (mypurecloud.com.au)
{{- end }}

{{/* One line for each problem with these settings. `place` is a prefix that names their location; `hasSecret` is whether there is a client secret. */}}
{{- define "bff.problems" -}}
{{- $s := .settings -}}
{{- if not $s.ALLOWED_ORIGINS }}
{{ .place }}ALLOWED_ORIGINS is missing: list your websites, such as https://www.example.com
{{- end }}
{{- $origins := $s.ALLOWED_ORIGINS | default "" }}
{{- range $i, $origin := ternary $origins (splitList "," (toString $origins)) (kindIs "slice" $origins) }}
{{- $o := trim $origin }}
{{- if and $o (not (contains "://" $o)) }}
{{ $.place }}ALLOWED_ORIGINS[{{ $i }}] `{{ $o }}` has no scheme; write `https://{{ $o }}`
{{- else if hasSuffix "/" $o }}
{{ $.place }}ALLOWED_ORIGINS[{{ $i }}] `{{ $o }}` ends with a slash; write `{{ trimSuffix "/" $o }}`
{{- else if regexMatch "^[a-z]+://[^/]+/" $o }}
{{ $.place }}ALLOWED_ORIGINS[{{ $i }}] `{{ $o }}` has a path; write `{{ regexFind "^[a-z]+://[^/]+" $o }}`
{{- end }}
{{- end }}
{{- if and $s.LOG_LEVEL (not (has $s.LOG_LEVEL (list "error" "warn" "info" "debug" "trace" "silent"))) }}
{{ .place }}LOG_LEVEL must be one of error, warn, info, debug, trace, silent
{{- end }}
{{- if and $s.PUBLIC_URL (not (regexMatch "^https?://[^/]" (toString $s.PUBLIC_URL))) }}
{{ .place }}PUBLIC_URL must be a URL that begins with https:// or http://
{{- end }}
{{- if and (hasKey $s "TRUST_PROXY") (not (regexMatch "^([0-9]|1[0-6]|[0-9a-fA-F:.]+/[0-9]+(, *[0-9a-fA-F:.]+/[0-9]+)*)$" (toString $s.TRUST_PROXY))) }}
{{ .place }}TRUST_PROXY must be the number of proxies in front of the service, 0 to 16, or a list of their networks, such as 10.0.0.0/8
{{- end }}
{{- if not $s.GENESYS_DEPLOYMENT_ID }}
{{ .place }}GENESYS_DEPLOYMENT_ID is missing: set it to the id of the Messenger deployment in Genesys Cloud
{{- else if not (regexMatch "^[0-9a-zA-Z-]{1,64}$" (toString $s.GENESYS_DEPLOYMENT_ID)) }}
{{ .place }}GENESYS_DEPLOYMENT_ID must be the id of the Messenger deployment in Genesys Cloud, such as 0b1f5a3e-51a4-4c8e-9c55-5e1f0f7a0002
{{- end }}
{{- if $s.GENESYS_REGION }}
{{- if regexMatch "(?i)[/:]|^(apps|login|api)[.]" $s.GENESYS_REGION }}
{{ .place }}GENESYS_REGION must be a region or its domain alone, such as mypurecloud.ie without https://apps.; the regions are {{ include "bff.regions" . }}
{{- else if not (regexMatch (printf "(^|[ (])%s([ )]|$)" (regexQuoteMeta (lower (trim $s.GENESYS_REGION)))) (include "bff.regions" .)) }}
{{ .place }}GENESYS_REGION is not a Genesys Cloud region; the regions are {{ include "bff.regions" . }}
{{- end }}
{{- else if not (or $s.GENESYS_API_URL $s.GENESYS_LOGIN_URL $s.GENESYS_MESSAGING_URL $s.GENESYS_CDN_URL) }}
{{ .place }}GENESYS_REGION is missing: set the AWS region or the domain of your organization, such as eu-west-1 or mypurecloud.ie
{{- else if not (and $s.GENESYS_API_URL $s.GENESYS_LOGIN_URL $s.GENESYS_MESSAGING_URL $s.GENESYS_CDN_URL) }}
{{- $missing := list }}
{{- range list "GENESYS_API_URL" "GENESYS_LOGIN_URL" "GENESYS_CDN_URL" "GENESYS_MESSAGING_URL" }}{{ if not (get $s .) }}{{ $missing = append $missing . }}{{ end }}{{ end }}
{{ .place }}GENESYS_REGION is missing: set it, or all four addresses; not set yet: {{ join ", " $missing }}
{{- end }}
{{- if and $s.GENESYS_CLIENT_ID (not .hasSecret) }}
{{ .place }}GENESYS_CLIENT_SECRET is missing: GENESYS_CLIENT_ID is set
{{- else if and .hasSecret (not $s.GENESYS_CLIENT_ID) }}
{{ .place }}GENESYS_CLIENT_ID is missing: GENESYS_CLIENT_SECRET is set
{{- else if and (not $s.GENESYS_CLIENT_ID) (has $s.GENESYS_GUEST_API (list "external-guests" "guest-identities" "external-users")) }}
{{ .place }}GENESYS_CLIENT_ID and GENESYS_CLIENT_SECRET are missing: {{ $s.GENESYS_GUEST_API }} needs OAuth
{{- end }}
{{- end }}

{{- define "bff.requireSettings" -}}
{{- $hasSecret := has "GENESYS_CLIENT_SECRET" .Values.secrets.keys -}}
{{- $problems := "" -}}
{{- if .Values.sites }}
{{- if .Values.settings.ALLOWED_ORIGINS }}{{ $problems = "\nsettings.ALLOWED_ORIGINS and sites are both set: each site has its own ALLOWED_ORIGINS" }}{{ end }}
{{- range $id, $site := .Values.sites }}
{{- /* As described in docs/sites.md, a site with its own region does not inherit the OAuth client from the environment. */}}
{{- $shared := omit $.Values.settings "ALLOWED_ORIGINS" }}
{{- $own := or (hasKey $site "GENESYS_REGION") (hasKey $site "GENESYS_API_URL") (hasKey $site "GENESYS_CLIENT_ID") }}
{{- if $own }}{{ $shared = omit $shared "GENESYS_CLIENT_ID" }}{{ end }}
{{- $secret := or $site.GENESYS_CLIENT_SECRET_FILE (and $hasSecret (not $own)) }}
{{- $problems = print $problems (include "bff.problems" (dict "settings" (merge (dict) $site $shared) "place" (printf "sites.%s: " $id) "hasSecret" $secret)) }}
{{- end }}
{{- else }}
{{- $problems = include "bff.problems" (dict "settings" .Values.settings "place" "" "hasSecret" $hasSecret) }}
{{- end }}
{{- if $problems }}{{ fail (printf "The settings are not valid:%s" $problems) }}{{ end }}
{{- end }}
