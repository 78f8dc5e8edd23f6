// Command aitbcd is a node of the AITBC chain and the tool to operate it.
package main

import (
	"os"

	"github.com/aitbc/aitbc/cmd/aitbcd/cmd"
)

func main() {
	os.Exit(cmd.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
