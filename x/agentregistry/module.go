// Package agentregistry keeps agents: who may act for them, what they say they can
// do, and what they have at stake. See README.md for its specification.
package agentregistry

import (
	"context"
	"encoding/json"
	"fmt"

	gwruntime "github.com/grpc-ecosystem/grpc-gateway/runtime"

	"cosmossdk.io/core/appmodule"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/testutil/simsx"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	simtypes "github.com/cosmos/cosmos-sdk/types/simulation"

	"github.com/aitbc/aitbc/x/agentregistry/keeper"
	"github.com/aitbc/aitbc/x/agentregistry/simulation"
	"github.com/aitbc/aitbc/x/agentregistry/types"
)

// ConsensusVersion is raised with every migration of the module's state.
const ConsensusVersion = 1

var (
	_ appmodule.AppModule     = AppModule{}
	_ appmodule.HasEndBlocker = AppModule{}

	_ module.AppModuleBasic        = AppModule{}
	_ module.AppModuleSimulation   = AppModule{}
	_ module.HasConsensusVersion   = AppModule{}
	_ module.HasGenesis            = AppModule{}
	_ module.HasServices           = AppModule{}
	_ simsx.HasProposalMsgsX       = AppModule{}
	_ simsx.HasWeightedOperationsX = AppModule{}
)

// AppModule wires the agentregistry keeper into the module manager.
type AppModule struct {
	cdc    codec.Codec
	keeper *keeper.Keeper
}

// NewAppModule returns the module around its keeper.
func NewAppModule(cdc codec.Codec, k *keeper.Keeper) AppModule {
	return AppModule{cdc: cdc, keeper: k}
}

// IsAppModule implements appmodule.AppModule.
func (AppModule) IsAppModule() {}

// IsOnePerModuleType implements depinject's marker, part of appmodule.AppModule.
func (AppModule) IsOnePerModuleType() {}

// Name implements module.AppModuleBasic.
func (AppModule) Name() string { return types.ModuleName }

// ConsensusVersion implements module.HasConsensusVersion.
func (AppModule) ConsensusVersion() uint64 { return ConsensusVersion }

// RegisterLegacyAminoCodec implements module.AppModuleBasic.
func (AppModule) RegisterLegacyAminoCodec(cdc *codec.LegacyAmino) {
	types.RegisterLegacyAminoCodec(cdc)
}

// RegisterInterfaces implements module.AppModuleBasic.
func (AppModule) RegisterInterfaces(registry codectypes.InterfaceRegistry) {
	types.RegisterInterfaces(registry)
}

// RegisterGRPCGatewayRoutes implements module.AppModuleBasic.
func (AppModule) RegisterGRPCGatewayRoutes(clientCtx client.Context, mux *gwruntime.ServeMux) {
	if err := types.RegisterQueryHandlerClient(context.Background(), mux, types.NewQueryClient(clientCtx)); err != nil {
		panic(err)
	}
}

// RegisterServices implements module.HasServices.
func (am AppModule) RegisterServices(cfg module.Configurator) {
	types.RegisterMsgServer(cfg.MsgServer(), keeper.NewMsgServer(am.keeper))
	types.RegisterQueryServer(cfg.QueryServer(), keeper.NewQueryServer(am.keeper))
}

// DefaultGenesis implements module.HasGenesisBasics.
func (AppModule) DefaultGenesis(cdc codec.JSONCodec) json.RawMessage {
	return cdc.MustMarshalJSON(types.DefaultGenesisState())
}

// ValidateGenesis implements module.HasGenesisBasics.
func (AppModule) ValidateGenesis(cdc codec.JSONCodec, _ client.TxEncodingConfig, bz json.RawMessage) error {
	var gs types.GenesisState
	if err := cdc.UnmarshalJSON(bz, &gs); err != nil {
		return fmt.Errorf("%s genesis state: %w", types.ModuleName, err)
	}
	return gs.Validate()
}

// InitGenesis implements module.HasGenesis. A genesis that does not validate
// stops the node before its first block.
func (am AppModule) InitGenesis(ctx sdk.Context, cdc codec.JSONCodec, bz json.RawMessage) {
	var gs types.GenesisState
	cdc.MustUnmarshalJSON(bz, &gs)
	if err := am.keeper.InitGenesis(ctx, gs); err != nil {
		panic(err)
	}
}

// ExportGenesis implements module.HasGenesis.
func (am AppModule) ExportGenesis(ctx sdk.Context, cdc codec.JSONCodec) json.RawMessage {
	gs, err := am.keeper.ExportGenesis(ctx)
	if err != nil {
		panic(err)
	}
	return cdc.MustMarshalJSON(gs)
}

// EndBlock implements appmodule.HasEndBlocker.
func (am AppModule) EndBlock(ctx context.Context) error { return am.keeper.EndBlock(ctx) }

// GenerateGenesisState implements module.AppModuleSimulation.
func (AppModule) GenerateGenesisState(simState *module.SimulationState) {
	simulation.RandomizedGenState(simState)
}

// RegisterStoreDecoder implements module.AppModuleSimulation.
func (am AppModule) RegisterStoreDecoder(sdr simtypes.StoreDecoderRegistry) {
	sdr[types.StoreKey] = simtypes.NewStoreDecoderFuncFromCollectionsSchema(am.keeper.Schema())
}

// WeightedOperations implements module.AppModuleSimulation. What users send is in
// WeightedOperationsX.
func (AppModule) WeightedOperations(module.SimulationState) []simtypes.WeightedOperation { return nil }

// WeightedOperationsX implements simsx.HasWeightedOperationsX.
func (am AppModule) WeightedOperationsX(weights simsx.WeightSource, reg simsx.Registry) {
	reg.Add(weights.Get("msg_register_agent", 40), simulation.MsgRegisterAgentFactory(am.keeper))
	reg.Add(weights.Get("msg_update_agent", 10), simulation.MsgUpdateAgentFactory(am.keeper))
	reg.Add(weights.Get("msg_set_operator", 10), simulation.MsgSetOperatorFactory(am.keeper))
	reg.Add(weights.Get("msg_bond_agent", 40), simulation.MsgBondAgentFactory(am.keeper))
	reg.Add(weights.Get("msg_unbond_agent", 40), simulation.MsgUnbondAgentFactory(am.keeper))
	reg.Add(weights.Get("msg_complete_unbonding", 10), simulation.MsgCompleteUnbondingFactory(am.keeper))
	reg.Add(weights.Get("msg_pause_agent", 15), simulation.MsgPauseAgentFactory(am.keeper))
	reg.Add(weights.Get("msg_resume_agent", 15), simulation.MsgResumeAgentFactory(am.keeper))
	reg.Add(weights.Get("msg_retire_agent", 5), simulation.MsgRetireAgentFactory(am.keeper))
	reg.Add(weights.Get("msg_start_maintenance", 10), simulation.MsgStartMaintenanceFactory(am.keeper))
	reg.Add(weights.Get("msg_heartbeat", 30), simulation.MsgHeartbeatFactory(am.keeper))
	reg.Add(weights.Get("msg_set_payout", 10), simulation.MsgSetPayoutFactory(am.keeper))
	reg.Add(weights.Get("msg_offer_transfer", 15), simulation.MsgOfferTransferFactory(am.keeper))
	reg.Add(weights.Get("msg_withdraw_transfer", 5), simulation.MsgWithdrawTransferFactory(am.keeper))
	reg.Add(weights.Get("msg_accept_transfer", 15), simulation.MsgAcceptTransferFactory(am.keeper))
	reg.Add(weights.Get("msg_trigger_timer", 10), simulation.MsgTriggerTimerFactory(am.keeper))
	reg.Add(weights.Get("msg_attest", 15), simulation.MsgAttestFactory(am.keeper))
	reg.Add(weights.Get("msg_revoke_attestation", 10), simulation.MsgRevokeAttestationFactory(am.keeper))
}

// ProposalMsgsX implements simsx.HasProposalMsgsX.
func (am AppModule) ProposalMsgsX(weights simsx.WeightSource, reg simsx.Registry) {
	reg.Add(weights.Get("msg_update_params", 100), simulation.MsgUpdateParamsFactory())
	reg.Add(weights.Get("msg_suspend_agent", 50), simulation.MsgSuspendAgentFactory(am.keeper))
	reg.Add(weights.Get("msg_lift_suspension", 50), simulation.MsgLiftSuspensionFactory(am.keeper))
	reg.Add(weights.Get("msg_force_retire", 20), simulation.MsgForceRetireFactory(am.keeper))
}
