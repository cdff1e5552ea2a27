package oncall

import (
	"slices"

	"planwatch/internal/warehouse/settings"
)

// OpenSecrets gives the files with a secret that everyone can read: URLs of webhooks,
// of Teams and of calendars, and the mail server's password. With any of them somebody
// can send in the region's name, or read who is on duty.
//
// Files of addresses are not among them. A telephone number or an address of mail lets
// nobody send as the region, and often stands in its directory; to warn of each would
// hide the few that do.
func (o *OnCall) OpenSecrets() []settings.OpenSecret {
	var files []settings.SecretFile
	add := func(key, name string) {
		if name == "" {
			return
		}
		file := settings.SecretFile{Key: key, Path: o.Path(name)}
		if !slices.ContainsFunc(files, func(other settings.SecretFile) bool { return other.Path == file.Path }) {
			files = append(files, file)
		}
	}
	for _, r := range o.Rotas {
		if r.Calendar != nil {
			add("rotas."+r.ID+".calendar.url_file", r.Calendar.URLFile)
		}
	}
	for _, r := range o.Receivers {
		if r.Webhook != nil {
			add("receivers."+r.ID+".webhook.url_file", r.Webhook.URLFile)
		}
		if r.Teams != nil {
			add("receivers."+r.ID+".teams.url_file", r.Teams.URLFile)
		}
	}
	add("mail.password_file", o.Mail.PasswordFile)
	return settings.OpenSecrets(files...)
}
