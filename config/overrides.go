package config

import (
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"strings"

	"github.com/go-viper/mapstructure/v2"
	"github.com/spf13/pflag"
	"github.com/spf13/viper"
)

// environmentPrefix begins every environment variable that planwatch reads.
const environmentPrefix = "PLANWATCH"

// environmentKey makes a key's path the rest of the variable's name.
var environmentKey = strings.NewReplacer(".", "_")

// Overrides are flags, by the key of planwatch.yaml that each sets. A flag that
// is not given has no effect.
type Overrides map[string]*pflag.Flag

// loadService reads planwatch.yaml. The environment overrides it, and flags
// override both. It returns the variables that the environment may set, too.
func loadService(files fs.FS, overrides Overrides) (Service, []string, error) {
	stated, file, err := parseService(files)
	if err != nil {
		return Service{}, nil, err
	}
	v := viper.New()
	v.SetEnvPrefix(environmentPrefix)
	v.SetEnvKeyReplacer(environmentKey)
	v.AutomaticEnv()
	setDefaults(v, "", reflect.ValueOf(stated))
	for key, flag := range overrides {
		if err := v.BindPFlag(key, flag); err != nil {
			return Service{}, nil, fmt.Errorf("flag --%s: %w", flag.Name, err)
		}
	}
	var service Service
	err = v.UnmarshalExact(&service, func(c *mapstructure.DecoderConfig) { c.TagName = "yaml" },
		viper.DecodeHook(mapstructure.ComposeDecodeHookFunc(mapstructure.TextUnmarshallerHookFunc(), commaSeparated)))
	if err != nil {
		return Service{}, nil, fmt.Errorf("environment or flags: %s", firstLine(err))
	}
	if wrong := service.validate(); wrong != nil {
		if own := stated.validate(); own != nil && own.Error() == wrong.Error() {
			return Service{}, nil, file.Locate(wrong)
		}
		return Service{}, nil, fmt.Errorf("environment or flags: %w", wrong)
	}
	return service, variables(v), nil
}

// variables are the names of those that override a key, in order.
func variables(v *viper.Viper) []string {
	names := v.AllKeys()
	for i, key := range names {
		names[i] = variableOf(key)
	}
	slices.Sort(names)
	return names
}

// variableOf is the name of the variable that overrides a key.
func variableOf(key string) string {
	return environmentPrefix + "_" + strings.ToUpper(environmentKey.Replace(key))
}

// setDefaults gives viper every key, so that the environment can override it.
func setDefaults(v *viper.Viper, key string, value reflect.Value) {
	under := func(name string) string { return strings.TrimPrefix(key+"."+name, ".") }
	switch value.Kind() {
	case reflect.Struct:
		for field, inner := range value.Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
			setDefaults(v, under(name), inner)
		}
	case reflect.Map:
		for _, name := range value.MapKeys() {
			setDefaults(v, under(name.String()), value.MapIndex(name))
		}
	default:
		v.SetDefault(key, value.Interface())
	}
}

// commaSeparated splits a list from the environment at its commas.
func commaSeparated(from, to reflect.Type, data any) (any, error) {
	text, ok := data.(string)
	if !ok || from.Kind() != reflect.String || to != reflect.TypeFor[[]string]() {
		return data, nil
	}
	return strings.Split(text, ","), nil
}

// firstLine returns the first cause in the decoder's error, without the
// preamble.
func firstLine(err error) string {
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if line = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "*")); line != "" && !strings.Contains(line, "decoding failed") {
			return line
		}
	}
	return err.Error()
}
