package app

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"

	gogogrpc "github.com/cosmos/gogoproto/grpc"
	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"
	reflectionv1 "cosmossdk.io/api/cosmos/reflection/v1"
	"cosmossdk.io/client/v2/autocli"
	"cosmossdk.io/core/appmodule"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/docs"
	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	nodeservice "github.com/cosmos/cosmos-sdk/client/grpc/node"
	runtimeservices "github.com/cosmos/cosmos-sdk/runtime/services"
	"github.com/cosmos/cosmos-sdk/server"
	"github.com/cosmos/cosmos-sdk/server/api"
	"github.com/cosmos/cosmos-sdk/server/config"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"

	"github.com/aitbc/aitbc/docs/static"
	"github.com/aitbc/aitbc/index"
	"github.com/aitbc/aitbc/index/indexv1"
)

// registerReflection lets generic clients discover messages and commands.
func (app *App) registerReflection() {
	autocliv1.RegisterQueryServer(app.GRPCQueryRouter(), runtimeservices.NewAutoCLIQueryService(app.modules.Modules))
	reflection, err := runtimeservices.NewReflectionService()
	if err != nil {
		panic(fmt.Errorf("reflection service: %w", err))
	}
	reflectionv1.RegisterReflectionServiceServer(app.GRPCQueryRouter(), reflection)
}

// AutoCLIOptions returns what the command line is generated from.
func (app *App) AutoCLIOptions() autocli.AppOptions {
	modules := make(map[string]appmodule.AppModule, len(app.modules.Modules))
	for name, m := range app.modules.Modules {
		if mod, ok := m.(appmodule.AppModule); ok {
			modules[name] = mod
		}
	}
	options := runtimeservices.ExtractAutoCLIOptions(app.modules.Modules)
	options["index"] = index.AutoCLIOptions() // not a module: the node's read model
	return autocli.AppOptions{Modules: modules, ModuleOptions: options}
}

// RegisterAPIRoutes implements servertypes.Application: the REST gateway.
func (app *App) RegisterAPIRoutes(apiSvr *api.Server, apiConfig config.APIConfig) {
	clientCtx := apiSvr.ClientCtx
	authtx.RegisterGRPCGatewayRoutes(clientCtx, apiSvr.GRPCGatewayRouter)
	cmtservice.RegisterGRPCGatewayRoutes(clientCtx, apiSvr.GRPCGatewayRouter)
	nodeservice.RegisterGRPCGatewayRoutes(clientCtx, apiSvr.GRPCGatewayRouter)
	app.basics.RegisterGRPCGatewayRoutes(clientCtx, apiSvr.GRPCGatewayRouter)
	err := indexv1.RegisterQueryHandlerClient(context.Background(), apiSvr.GRPCGatewayRouter, indexv1.NewQueryClient(clientCtx))
	if err != nil {
		panic(fmt.Errorf("routes of the read model: %w", err))
	}

	if !apiConfig.Swagger {
		return
	}
	ui, err := fs.Sub(docs.SwaggerUI, "swagger-ui")
	if err != nil {
		panic(fmt.Errorf("swagger files: %w", err))
	}
	// The page is the SDK's; the document it loads is ours. (JSON is YAML.)
	apiSvr.Router.HandleFunc("/swagger/swagger.yaml", serveOpenAPI)
	apiSvr.Router.HandleFunc("/openapi.json", serveOpenAPI)
	apiSvr.Router.Handle("/swagger", http.RedirectHandler("/swagger/", http.StatusMovedPermanently))
	apiSvr.Router.PathPrefix("/swagger/").Handler(http.StripPrefix("/swagger/", http.FileServer(http.FS(ui))))
}

func serveOpenAPI(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	// The client has gone if this fails; there is nobody left to tell.
	_, _ = w.Write(static.OpenAPI)
}

// RegisterTxService implements servertypes.Application.
func (app *App) RegisterTxService(clientCtx client.Context) {
	authtx.RegisterTxService(app.GRPCQueryRouter(), clientCtx, app.Simulate, app.enc.InterfaceRegistry)
}

// RegisterTendermintService implements servertypes.Application.
func (app *App) RegisterTendermintService(clientCtx client.Context) {
	app.clientCtx = clientCtx
	cmtservice.RegisterTendermintService(clientCtx, app.GRPCQueryRouter(), app.enc.InterfaceRegistry,
		server.NewCometABCIWrapper(app).Query)
}

// RegisterNodeService implements servertypes.Application.
func (app *App) RegisterNodeService(clientCtx client.Context, cfg config.Config) {
	nodeservice.RegisterNodeService(clientCtx, app.GRPCQueryRouter(), cfg, func() int64 {
		return app.CommitMultiStore().EarliestVersion()
	})
}

// RegisterGRPCServerWithSkipCheckHeader implements servertypes.Application. To the
// SDK's services it adds the standard health service.
func (app *App) RegisterGRPCServerWithSkipCheckHeader(srv gogogrpc.Server, skipCheckHeader bool) {
	app.BaseApp.RegisterGRPCServerWithSkipCheckHeader(srv, skipCheckHeader)
	healthpb.RegisterHealthServer(srv, &health{app: app})
}

// health answers grpc.health.v1: a node is SERVING once it has committed a block
// and is not catching up with the network.
type health struct {
	healthpb.UnimplementedHealthServer
	app *App
}

// Check implements grpc_health_v1.HealthServer. The only service is the whole
// node, named by the empty string.
func (h *health) Check(ctx context.Context, req *healthpb.HealthCheckRequest) (*healthpb.HealthCheckResponse, error) {
	if req.GetService() != "" {
		return nil, status.Errorf(codes.NotFound, "service: expected the empty string for the whole node, got %q", req.GetService())
	}
	answer := &healthpb.HealthCheckResponse{Status: healthpb.HealthCheckResponse_NOT_SERVING}
	if h.app.LastBlockHeight() < 1 || h.app.clientCtx.Client == nil {
		return answer, nil
	}
	node, err := h.app.clientCtx.GetNode()
	if err != nil {
		return nil, status.Error(codes.Unavailable, err.Error())
	}
	st, err := node.Status(ctx)
	if err != nil {
		return nil, status.Error(codes.Unavailable, err.Error())
	}
	if !st.SyncInfo.CatchingUp {
		answer.Status = healthpb.HealthCheckResponse_SERVING
	}
	return answer, nil
}
