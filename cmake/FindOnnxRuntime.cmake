# ONNX Runtime: target OnnxRuntime::OnnxRuntime, its headers only: the library is loaded at run time, from
# OnnxRuntime_LIBRARY_DIR among others. Looks in deps/ (made by tools/setup/deps.sh), then in the system.
find_path(OnnxRuntime_INCLUDE_DIR onnxruntime_c_api.h
    HINTS ${CMAKE_SOURCE_DIR}/deps/onnxruntime/include PATH_SUFFIXES onnxruntime)
find_library(OnnxRuntime_LIBRARY onnxruntime HINTS ${CMAKE_SOURCE_DIR}/deps/onnxruntime/lib)
if(OnnxRuntime_INCLUDE_DIR)
    file(STRINGS ${OnnxRuntime_INCLUDE_DIR}/onnxruntime_c_api.h line REGEX "^#define ORT_API_VERSION")
    string(REGEX MATCH "[0-9]+" OnnxRuntime_VERSION "${line}")
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OnnxRuntime
    REQUIRED_VARS OnnxRuntime_LIBRARY OnnxRuntime_INCLUDE_DIR VERSION_VAR OnnxRuntime_VERSION
    REASON_FAILURE_MESSAGE "Run: make deps")
if(OnnxRuntime_FOUND AND NOT TARGET OnnxRuntime::OnnxRuntime)
    cmake_path(GET OnnxRuntime_LIBRARY PARENT_PATH OnnxRuntime_LIBRARY_DIR)
    add_library(OnnxRuntime::OnnxRuntime INTERFACE IMPORTED)
    set_target_properties(OnnxRuntime::OnnxRuntime PROPERTIES
        INTERFACE_INCLUDE_DIRECTORIES ${OnnxRuntime_INCLUDE_DIR})
endif()
