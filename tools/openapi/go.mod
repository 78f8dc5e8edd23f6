module github.com/aitbc/aitbc/tools/openapi

go 1.26.5
