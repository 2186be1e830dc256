package io.opensergo.spring.boot;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.ResourceHints;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotContribution;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.core.io.support.ResourcePatternResolver;
import org.springframework.util.ResourceUtils;

/**
 * Says which resources of the class path are read at run time: what the starter says of itself, and
 * the rules that {@code opensergo.rules} names while the application is processed ahead of time;
 * and what calls that are retried reflect on.
 */
final class OpenSergoRuntimeHints implements BeanFactoryInitializationAotProcessor {

    /** Whose rest a call goes through once more when it is retried. */
    private static final String CHAIN_OF_SPRING_6 =
            "org.springframework.http.client.InterceptingClientHttpRequest"
                    + "$InterceptingRequestExecution";

    /** Made by Spring. */
    OpenSergoRuntimeHints() {}

    @Override
    public @Nullable BeanFactoryInitializationAotContribution processAheadOfTime(
            ConfigurableListableBeanFactory beans) {
        String bean = ConfigurableApplicationContext.ENVIRONMENT_BEAN_NAME;
        String rules =
                beans.containsBean(bean)
                        ? beans.getBean(bean, Environment.class).getProperty("opensergo.rules")
                        : null;
        return (context, code) -> {
            register(context.getRuntimeHints().resources(), rules);
            context.getRuntimeHints()
                    .reflection()
                    .registerTypeIfPresent(
                            beans.getBeanClassLoader(),
                            CHAIN_OF_SPRING_6,
                            type -> type.withField("iterator"));
        };
    }

    private static void register(ResourceHints resources, @Nullable String rules) {
        resources.registerPattern(StarterCheck.MARKER);
        String pattern = rules == null ? null : onClassPath(rules);
        if (pattern != null) {
            resources.registerPattern(pattern);
        }
    }

    private static @Nullable String onClassPath(String rules) {
        for (String prefix :
                new String[] {
                    ResourceUtils.CLASSPATH_URL_PREFIX,
                    ResourcePatternResolver.CLASSPATH_ALL_URL_PREFIX
                }) {
            if (rules.startsWith(prefix)) {
                String path = rules.substring(prefix.length());
                return path.startsWith("/") ? path.substring(1) : path;
            }
        }
        return null;
    }
}
