// Renders a chart as `helm template` does, by what Helm is made of: Go's text/template, sprig, and Helm's few functions of its own. Helm itself
// is in no package of Debian's or npm's. Usage: render CHART RELEASE < VALUES.json
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"gopkg.in/yaml.v3"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func readYaml(path string) map[string]interface{} {
	text, err := os.ReadFile(path)
	check(err)
	values := map[string]interface{}{}
	check(yaml.Unmarshal(text, &values))
	return values
}

func capitalized(values map[string]interface{}) map[string]interface{} {
	named := map[string]interface{}{}
	for key, value := range values {
		named[strings.ToUpper(key[:1])+key[1:]] = value
	}
	return named
}

// What is given wins over the chart's own values, key by key, as Helm merges.
func merged(base, given map[string]interface{}) map[string]interface{} {
	for key, value := range given {
		inner, isMap := value.(map[string]interface{})
		own, hasMap := base[key].(map[string]interface{})
		if isMap && hasMap {
			base[key] = merged(own, inner)
		} else {
			base[key] = value
		}
	}
	return base
}

func main() {
	chart, release := os.Args[1], os.Args[2]
	given := map[string]interface{}{}
	check(json.NewDecoder(os.Stdin).Decode(&given))
	values := map[string]interface{}{
		"Values":  merged(readYaml(filepath.Join(chart, "values.yaml")), given),
		"Chart":   capitalized(readYaml(filepath.Join(chart, "Chart.yaml"))),
		"Release": map[string]interface{}{"Name": release, "Namespace": "default", "Service": "Helm"},
	}
	all := template.New("chart").Option("missingkey=zero")
	functions := sprig.TxtFuncMap()
	functions["toYaml"] = func(value interface{}) (string, error) {
		var text bytes.Buffer
		encoder := yaml.NewEncoder(&text)
		encoder.SetIndent(2)
		err := encoder.Encode(value)
		return strings.TrimSuffix(text.String(), "\n"), err
	}
	functions["include"] = func(name string, data interface{}) (string, error) {
		var text bytes.Buffer
		err := all.ExecuteTemplate(&text, name, data)
		return text.String(), err
	}
	all.Funcs(functions)
	files, err := filepath.Glob(filepath.Join(chart, "templates", "*"))
	check(err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		check(err)
		_, err = all.New(filepath.Base(file)).Parse(string(text))
		check(err)
	}
	for _, file := range files {
		if strings.HasPrefix(filepath.Base(file), "_") {
			continue
		}
		fmt.Println("---")
		check(all.ExecuteTemplate(os.Stdout, filepath.Base(file), values))
	}
}
