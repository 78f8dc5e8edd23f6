// Package system starts real processes of the built binaries, talks to them
// as users do, and kills, pauses, restarts and upgrades them. Its tests wait for
// heights and answers, never for time. They run with the build tag "system":
//
//	make test-system                     all
//	make test-system TESTFLAGS=-short    the ones that need a few seconds
//
// AITBC_BIN names the directory of aitbcd and aitbc, by default ./build of the
// repository. Ports come from 28000 to 32000.
package system
