{{- define "opensergo.name" -}}
{{- printf "%s-control-plane" .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "opensergo.selector" -}}
app.kubernetes.io/name: opensergo-control-plane
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "opensergo.labels" -}}
{{ include "opensergo.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "opensergo.tlsSecret" -}}
{{- if .Values.tls.secret -}}
{{ .Values.tls.secret }}
{{- else if .Values.tls.certManager.enabled -}}
{{ include "opensergo.name" . }}-tls
{{- end -}}
{{- end -}}

{{- define "opensergo.rules" -}}
- apiGroups: [fault-tolerance.opensergo.io, traffic.opensergo.io, database.opensergo.io]
  resources: ["*"]
  verbs: [list, watch]
{{- if .Values.status }}
- apiGroups: [fault-tolerance.opensergo.io, traffic.opensergo.io, database.opensergo.io]
  resources: ["*/status"]
  verbs: [patch]
- apiGroups: [""]
  resources: [events]
  verbs: [create]
{{- end }}
{{- end -}}
