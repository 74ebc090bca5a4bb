# Sourced by the scripts that build llama.cpp: its source, out of the sdist that carries it, pinned by sum.
# shellcheck shell=bash disable=SC2034,SC2154  # root, cache: common.sh; llama_source: whoever sources this
llama_version=0.3.36
llama_sum=832db0699007f1be95a7e41ef12e88926b02ba836461e36a36372db2760c1a2e

# llama_fetch FOLDER: unpacks it there and sets $llama_source.
llama_fetch() {
    local name=llama_cpp_python-$llama_version
    pip_download "$1" --no-binary :all: "llama-cpp-python==$llama_version"
    check_sum "$1/$name.tar.gz" "$llama_sum"
    tar -xzf "$1/$name.tar.gz" -C "$1"
    llama_source=$1/$name/vendor/llama.cpp
}
