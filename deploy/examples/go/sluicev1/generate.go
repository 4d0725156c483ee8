// Package sluicev1 is the generated code of the interface sluice.v1; go generate writes it anew.
package sluicev1

//go:generate protoc -I ../../../../proto/src/main/proto --go_out=module=example.com/sluice/sluicev1,Msluice/v1/types.proto=example.com/sluice/sluicev1,Msluice/v1/admission_service.proto=example.com/sluice/sluicev1:. --go-grpc_out=module=example.com/sluice/sluicev1,Msluice/v1/types.proto=example.com/sluice/sluicev1,Msluice/v1/admission_service.proto=example.com/sluice/sluicev1:. sluice/v1/types.proto sluice/v1/admission_service.proto
