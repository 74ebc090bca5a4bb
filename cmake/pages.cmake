# Writes man pages and completions into the current folder: what the program says of itself, set into the
# prose of docs/man. Called with SARAI, SOURCE and VERSION.
function(ask lang out)
    execute_process(COMMAND ${CMAKE_COMMAND} -E env SARAI_LANG=${lang} SARAI_ENV_FILE=/dev/null ${SARAI} ${ARGN}
        OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
    set(${out} "${text}" PARENT_SCOPE)
endfunction()

foreach(page "en|sarai.1" "es|sarai.es.1")
    string(REGEX REPLACE "(.*)\\|(.*)" "\\1;\\2" parts ${page})
    list(GET parts 0 lang)
    list(GET parts 1 name)
    ask(${lang} generated help --man)
    configure_file(${SOURCE}/${name}.in ${name} @ONLY)
endforeach()
ask(en text completion bash)
file(WRITE sarai.bash "${text}")
ask(es text completion zsh)
file(WRITE _sarai "${text}")
