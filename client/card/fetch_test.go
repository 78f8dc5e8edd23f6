package card_test

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/aitbc/aitbc/client/card"
)

// host is a server on loopback that answers by path.
func host(t *testing.T, handlers map[string]http.HandlerFunc) (*httptest.Server, card.Limits) {
	t.Helper()
	mux := http.NewServeMux()
	for path, handler := range handlers {
		mux.HandleFunc(path, handler)
	}
	server := httptest.NewUnstartedServer(mux)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	return server, card.Limits{AllowInternal: true, RootCAs: roots}
}

func answer(contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = w.Write([]byte(body))
	}
}

func redirect(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }
}

func TestFetch(t *testing.T) {
	var seen http.Header
	server, limits := host(t, map[string]http.HandlerFunc{
		"/card.json": func(w http.ResponseWriter, r *http.Request) {
			seen = r.Header
			answer("application/json; charset=utf-8", minimal)(w, r)
		},
		"/a2a.json": answer("application/a2a+json", minimal),
		"/1":        redirect("/2"),
		"/2":        redirect("/3"),
		"/3":        redirect("/card.json"),
		"/full":     answer("application/json", strings.Repeat("a", card.MaxBytes)),
	})
	for _, path := range []string{"/card.json", "/a2a.json", "/1"} {
		if got, err := card.Fetch(context.Background(), server.URL+path, limits); err != nil || string(got) != minimal {
			t.Errorf("%s: expected the card, got %q and %v", path, got, err)
		}
	}
	if seen.Get("Cookie") != "" || seen.Get("Authorization") != "" || seen.Get("Accept") != "application/a2a+json, application/json" {
		t.Errorf("unexpected request %v", seen)
	}
	if got, err := card.Fetch(context.Background(), server.URL+"/full", limits); err != nil || len(got) != card.MaxBytes {
		t.Errorf("expected the largest card, got %d bytes and %v", len(got), err)
	}
}

func TestFetchRefuses(t *testing.T) {
	release := make(chan struct{})
	other := httptest.NewServer(answer("application/json", minimal))
	server, limits := host(t, map[string]http.HandlerFunc{
		"/html":        answer("text/html", minimal),
		"/none":        func(w http.ResponseWriter, _ *http.Request) { w.Header()["Content-Type"] = nil },
		"/odd":         answer("application;json", minimal),
		"/large":       answer("application/json", strings.Repeat("a", card.MaxBytes+1)),
		"/gone":        http.NotFound,
		"/no-content":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) },
		"/0":           redirect("/1"),
		"/1":           redirect("/2"),
		"/2":           redirect("/3"),
		"/3":           redirect("/4"),
		"/4":           answer("application/json", minimal),
		"/loop":        redirect("/loop"),
		"/down":        redirect(other.URL),
		"/file":        redirect("file:///etc/passwd"),
		"/credentials": redirect("https://a:b@agent.example/"),
		"/fragment":    redirect("/card.json#x"),
		"/slow": func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-release:
			case <-r.Context().Done():
			}
		},
		"/cut": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("{"))
		},
		"/headers": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X", strings.Repeat("a", 1<<20))
		},
	})
	t.Cleanup(other.Close)
	t.Cleanup(func() { close(release) })
	for name, tc := range map[string]struct {
		uri  string
		kind error
		want string
	}{
		"html":             {server.URL + "/html", nil, `expected application/json or application/a2a+json, got "text/html"`},
		"no type":          {server.URL + "/none", nil, "expected application/json"},
		"odd type":         {server.URL + "/odd", nil, "expected application/json"},
		"too large":        {server.URL + "/large", nil, "expected at most 262144 bytes, got more"},
		"not found":        {server.URL + "/gone", nil, "expected status 200, got 404"},
		"no content":       {server.URL + "/no-content", nil, "expected status 200, got 204"},
		"4 redirects":      {server.URL + "/0", card.ErrAddress, "expected at most 3 redirects, got more"},
		"loop":             {server.URL + "/loop", card.ErrAddress, "expected at most 3 redirects, got more"},
		"to http":          {server.URL + "/down", card.ErrAddress, `expected no redirect from https to "http"`},
		"to a file":        {server.URL + "/file", card.ErrAddress, `expected no redirect from https to "file"`},
		"to credentials":   {server.URL + "/credentials", card.ErrAddress, "expected no credentials"},
		"to a fragment":    {server.URL + "/fragment", card.ErrAddress, "expected no fragment"},
		"cut off":          {server.URL + "/cut", nil, "unexpected EOF"},
		"large headers":    {server.URL + "/headers", nil, ""},
		"http":             {other.URL, card.ErrAddress, `expected https, got "http"`},
		"no scheme":        {"agent.example/card.json", card.ErrAddress, "expected https"},
		"file":             {"file:///etc/passwd", card.ErrAddress, `expected https, got "file"`},
		"data":             {"data:application/json,{}", card.ErrAddress, `expected https, got "data"`},
		"no host":          {"https:///card.json", card.ErrAddress, "expected a host"},
		"opaque":           {"https:card.json", card.ErrAddress, "expected a host"},
		"only a port":      {"https://:8443/card.json", card.ErrAddress, "expected a host"},
		"credentials":      {"https://a:b@agent.example/", card.ErrAddress, "expected no credentials"},
		"fragment":         {"https://agent.example/#card", card.ErrAddress, "expected no fragment"},
		"long":             {"https://agent.example/" + strings.Repeat("a", 2048), card.ErrAddress, "expected at most 2048 bytes"},
		"control":          {"https://agent.example/\n\x1b", card.ErrAddress, "expected one such as https://agent.example/card.json"},
		"nothing":          {"", card.ErrAddress, "expected https"},
		"nobody listening": {"https://127.0.0.1:1/card.json", nil, "127.0.0.1:1: "},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := card.Fetch(context.Background(), tc.uri, limits)
			fails(t, err, tc.kind, tc.want)
			if got != nil {
				t.Errorf("expected nothing, got %q", got)
			}
		})
	}
	t.Run("too slow", func(t *testing.T) {
		l := limits
		l.Timeout = 50 * time.Millisecond
		_, err := card.Fetch(context.Background(), server.URL+"/slow", l)
		fails(t, err, nil, "expected an answer within 50ms")
	})
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_, err := card.Fetch(ctx, server.URL+"/slow", limits)
		fails(t, err, context.Canceled)
	})
	t.Run("certificate", func(t *testing.T) {
		l := limits
		l.RootCAs = x509.NewCertPool()
		_, err := card.Fetch(context.Background(), server.URL+"/4", l)
		fails(t, err, nil, "certificate")
	})
	t.Run("smaller limit", func(t *testing.T) {
		l := limits
		l.MaxBytes = int64(len(minimal)) - 1
		_, err := card.Fetch(context.Background(), server.URL+"/4", l)
		fails(t, err, nil, "expected at most")
	})
}

// Addresses are looked at when they are dialled, so that neither a name, nor a redirect,
// nor a proxy of the environment leads inside.
func TestFetchInternal(t *testing.T) {
	asked := 0
	server, limits := host(t, map[string]http.HandlerFunc{"/": func(http.ResponseWriter, *http.Request) { asked++ }})
	t.Setenv("HTTPS_PROXY", server.URL)
	t.Setenv("HTTP_PROXY", server.URL)
	limits.AllowInternal, limits.AllowHTTP = false, true
	port := server.URL[strings.LastIndex(server.URL, ":"):]
	for _, uri := range []string{
		server.URL, "https://127.0.0.2" + port, "https://[::1]" + port, "https://[::ffff:127.0.0.1]" + port, "https://0.0.0.0" + port,
		"https://localhost" + port, "http://127.0.0.1" + port, "https://10.0.0.1", "http://169.254.169.254/latest/meta-data/",
	} {
		_, err := card.Fetch(context.Background(), uri, limits)
		fails(t, err, card.ErrAddress, "expected a host on the public internet")
	}
	if asked != 0 {
		t.Errorf("expected no request, got %d", asked)
	}
}

func TestInternalAddresses(t *testing.T) {
	for _, a := range []string{
		"0.0.0.0", "0.1.2.3", "10.1.2.3", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.255", "169.254.169.254", "172.16.0.1", "172.31.255.255",
		"192.0.0.8", "192.0.2.1", "192.168.0.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.2.3", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::7f00:1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:100.64.0.1", "::ffff:198.18.0.1", "64:ff9b::10.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:a00:1::", "2002:7f00:1::1",
		"100::1", "2001::1", "2001:db8::1", "3fff::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "5f00::1",
	} {
		if !card.Internal(netip.MustParseAddr(a)) {
			t.Errorf("%s: expected it to be refused", a)
		}
	}
	for _, a := range []string{
		"1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.1", "126.255.255.255", "128.0.0.1", "169.253.255.255", "172.15.255.255", "172.32.0.1",
		"192.167.255.255", "192.169.0.1", "198.17.255.255", "198.20.0.1", "223.255.255.255", "2606:4700::1111", "2001:4860:4860::8888", "64:ff9b::8.8.8.8", "2002:808:808::1", "::ffff:8.8.8.8",
	} {
		if card.Internal(netip.MustParseAddr(a)) {
			t.Errorf("%s: expected it to be public", a)
		}
	}
	if !card.Internal(netip.Addr{}) {
		t.Error("expected no address to be refused")
	}
	for _, address := range []string{"", "agent.example:443", "127.0.0.1", "/run/socket"} {
		fails(t, card.RefuseInternal(address), card.ErrAddress)
	}
	if err := card.RefuseInternal("1.1.1.1:443"); err != nil {
		t.Errorf("expected no error, got %v", err)
	}
}

func TestRemoteKeys(t *testing.T) {
	asked := map[string]int{}
	count := func(next http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			asked[r.URL.Path]++
			next(w, r)
		}
	}
	published := string(readFile(t, "openssl/keys.json"))
	elsewhere := httptest.NewTLSServer(answer("application/jwk-set+json", published))
	t.Cleanup(elsewhere.Close)
	server, limits := host(t, map[string]http.HandlerFunc{
		"/keys.json": count(answer("application/jwk-set+json", published)),
		"/moved":     redirect("/keys.json"),
		"/away":      redirect(elsewhere.URL),
		"/none":      answer("application/json", `{"keys":[]}`),
		"/bad":       answer("application/json", `[]`),
		"/large":     answer("application/json", `{"keys":["`+strings.Repeat("a", card.MaxKeySetBytes)+`"]}`),
	})
	name := strings.TrimPrefix(server.URL, "https://")
	signed := func(jku string) []byte {
		out := []byte(plain)
		for file, kid := range map[string]string{"p256.pem": "p", "secp256k1.pem": "k"} {
			var err error
			if out, err = card.Sign(out, private(t, file, kid), card.SignOptions{KeySetURL: jku}); err != nil {
				t.Fatal(err)
			}
		}
		return out
	}
	for _, path := range []string{"/keys.json", "/moved"} {
		report, err := card.Check(context.Background(), signed(server.URL+path), card.NewRemoteKeys(limits, strings.ToUpper(name)))
		if err != nil || report.Verified() != 2 {
			t.Errorf("%s: expected 2 verified signatures, got %+v and %v", path, report, err)
		}
	}
	if asked["/keys.json"] != 2 {
		t.Errorf("expected one request for each card, got %d", asked["/keys.json"])
	}
	for name, source := range map[string]*card.RemoteKeys{
		"no host":    card.NewRemoteKeys(limits),
		"other port": card.NewRemoteKeys(limits, "127.0.0.1"),
		"suffix":     card.NewRemoteKeys(limits, "0.1"+name[strings.LastIndex(name, ":"):]),
	} {
		report, err := card.Check(context.Background(), signed(server.URL+"/keys.json"), source)
		if err != nil || report.Verified() != 0 || report.Signatures[0].Status != card.StatusUnchecked {
			t.Errorf("%s: expected nothing verified, got %+v and %v", name, report, err)
		}
	}
	if asked["/keys.json"] != 2 {
		t.Errorf("expected no request to hosts that are not trusted, got %d", asked["/keys.json"]-2)
	}
	if report, err := card.Check(context.Background(), signed(server.URL+"/none"), card.NewRemoteKeys(limits, name)); err != nil || report.Verified() != 0 {
		t.Errorf("expected a revoked key to verify nothing, got %+v and %v", report, err)
	}
	for path, want := range map[string]string{
		"/away": "to another host", "/bad": "keys: expected a JSON Web Key Set", "/large": "expected at most 65536 bytes", "/gone": "expected status 200, got 404",
	} {
		_, err := card.Check(context.Background(), signed(server.URL+path), card.NewRemoteKeys(limits, name))
		fails(t, err, nil, "card: signatures[0]: jku: ", want)
		if errors.Is(err, card.ErrSignature) {
			t.Errorf("%s: expected no word about the signature, got %v", path, err)
		}
	}
	inside := limits
	inside.AllowInternal = false
	_, err := card.Check(context.Background(), signed(server.URL+"/keys.json"), card.NewRemoteKeys(inside, name))
	fails(t, err, card.ErrAddress, "jku: ", "expected a host on the public internet")
	http := map[string]any{"protected": b64(`{"alg":"ES256","jku":"http://` + name + `/","kid":"p"}`), "signature": b64(strings.Repeat("a", 64))}
	_, err = card.Check(context.Background(), with(t, []byte(plain), []any{http}), card.NewRemoteKeys(limits, name))
	fails(t, err, card.ErrAddress, "jku: url: expected https")
}
