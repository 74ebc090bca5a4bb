# llama.cpp: target Llama::Llama, its headers only: the library is loaded at run time, from
# Llama_LIBRARY_DIR among others. Looks in deps/ (made by tools/setup/deps.sh), then in the system.
find_path(Llama_INCLUDE_DIR llama.h HINTS ${CMAKE_SOURCE_DIR}/deps/llama/include)
set(Llama_HINT ${CMAKE_SOURCE_DIR}/deps/llama/lib)
find_library(Llama_LIBRARY llama HINTS ${Llama_HINT})
find_library(Llama_GGML_LIBRARY ggml HINTS ${Llama_HINT})
find_library(Llama_GGML_BASE_LIBRARY ggml-base HINTS ${Llama_HINT})
# llama.h carries no version; a function that we need and that came late tells whether it is new enough.
if(Llama_INCLUDE_DIR)
    file(STRINGS ${Llama_INCLUDE_DIR}/llama.h Llama_MEMORY_API REGEX "llama_memory_seq_rm")
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Llama
    REQUIRED_VARS Llama_LIBRARY Llama_GGML_LIBRARY Llama_GGML_BASE_LIBRARY Llama_INCLUDE_DIR Llama_MEMORY_API
    REASON_FAILURE_MESSAGE "Run: make deps")
if(Llama_FOUND AND NOT TARGET Llama::Llama)
    cmake_path(GET Llama_LIBRARY PARENT_PATH Llama_LIBRARY_DIR)
    add_library(Llama::Llama INTERFACE IMPORTED)
    set_target_properties(Llama::Llama PROPERTIES INTERFACE_INCLUDE_DIRECTORIES ${Llama_INCLUDE_DIR})
endif()
