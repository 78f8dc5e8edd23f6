package card

// The messages that say how callers identify themselves.
var (
	messageRequirement = &message{name: "SecurityRequirement", fields: map[string]field{
		"schemes": {kind: kindMessage, message: messageStrings, table: true},
	}}
	messageStrings = &message{name: "StringList", fields: map[string]field{
		"list": {kind: kindString, list: true},
	}}
	messageScheme = &message{name: "SecurityScheme", oneOf: true, fields: map[string]field{
		"apiKeySecurityScheme":        {kind: kindMessage, message: messageAPIKey},
		"httpAuthSecurityScheme":      {kind: kindMessage, message: messageHTTPAuth},
		"oauth2SecurityScheme":        {kind: kindMessage, message: messageOAuth2},
		"openIdConnectSecurityScheme": {kind: kindMessage, message: messageOpenID},
		"mtlsSecurityScheme":          {kind: kindMessage, message: messageMutualTLS},
	}}
	messageAPIKey = &message{name: "APIKeySecurityScheme", fields: map[string]field{
		"description": {kind: kindString},
		"location":    {kind: kindString, required: true},
		"name":        {kind: kindString, required: true},
	}}
	messageHTTPAuth = &message{name: "HTTPAuthSecurityScheme", fields: map[string]field{
		"description":  {kind: kindString},
		"scheme":       {kind: kindString, required: true},
		"bearerFormat": {kind: kindString},
	}}
	messageOAuth2 = &message{name: "OAuth2SecurityScheme", fields: map[string]field{
		"description":       {kind: kindString},
		"flows":             {kind: kindMessage, message: messageFlows, required: true},
		"oauth2MetadataUrl": {kind: kindString},
	}}
	messageOpenID = &message{name: "OpenIdConnectSecurityScheme", fields: map[string]field{
		"description":      {kind: kindString},
		"openIdConnectUrl": {kind: kindString, required: true},
	}}
	messageMutualTLS = &message{name: "MutualTlsSecurityScheme", fields: map[string]field{
		"description": {kind: kindString},
	}}
	messageFlows = &message{name: "OAuthFlows", oneOf: true, fields: map[string]field{
		"authorizationCode": {kind: kindMessage, message: &message{name: "AuthorizationCodeOAuthFlow", fields: map[string]field{
			"authorizationUrl": {kind: kindString, required: true},
			"tokenUrl":         {kind: kindString, required: true},
			"refreshUrl":       {kind: kindString},
			"scopes":           {kind: kindString, table: true, required: true},
			"pkceRequired":     {kind: kindBool},
		}}},
		"clientCredentials": {kind: kindMessage, message: &message{name: "ClientCredentialsOAuthFlow", fields: map[string]field{
			"tokenUrl":   {kind: kindString, required: true},
			"refreshUrl": {kind: kindString},
			"scopes":     {kind: kindString, table: true, required: true},
		}}},
		"implicit": {kind: kindMessage, message: &message{name: "ImplicitOAuthFlow", fields: map[string]field{
			"authorizationUrl": {kind: kindString},
			"refreshUrl":       {kind: kindString},
			"scopes":           {kind: kindString, table: true},
		}}},
		"password": {kind: kindMessage, message: &message{name: "PasswordOAuthFlow", fields: map[string]field{
			"tokenUrl":   {kind: kindString},
			"refreshUrl": {kind: kindString},
			"scopes":     {kind: kindString, table: true},
		}}},
		"deviceCode": {kind: kindMessage, message: &message{name: "DeviceCodeOAuthFlow", fields: map[string]field{
			"deviceAuthorizationUrl": {kind: kindString, required: true},
			"tokenUrl":               {kind: kindString, required: true},
			"refreshUrl":             {kind: kindString},
			"scopes":                 {kind: kindString, table: true, required: true},
		}}},
	}}
)
