package io.opensergo.classpath;

import tools.jackson.databind.json.JsonMapper;

/** Jackson 3, which the application uses beside our Jackson 2. */
final class OwnJackson {

    private OwnJackson() {}

    static String write(String text) {
        return JsonMapper.builder().build().writeValueAsString(text);
    }
}
