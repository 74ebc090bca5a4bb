# llama.cpp: target Llama::Llama. Looks in deps/ (made by tools/setup/deps.sh), then in the system.
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
    add_library(Llama::Llama SHARED IMPORTED)
    set_target_properties(Llama::Llama PROPERTIES IMPORTED_LOCATION ${Llama_LIBRARY}
        INTERFACE_INCLUDE_DIRECTORIES ${Llama_INCLUDE_DIR}
        INTERFACE_LINK_LIBRARIES "${Llama_GGML_LIBRARY};${Llama_GGML_BASE_LIBRARY}")
endif()
