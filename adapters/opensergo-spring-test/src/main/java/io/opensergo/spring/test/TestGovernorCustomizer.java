package io.opensergo.spring.test;

import io.opensergo.api.Target;
import io.opensergo.governance.Governor;
import io.opensergo.rules.Metadata;
import io.opensergo.test.Allow;
import io.opensergo.test.Rules;
import io.opensergo.test.TestClock;
import io.opensergo.test.TestGovernor;
import io.opensergo.test.TestGovernorBuilder;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionBuilder;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.MergedContextConfiguration;

/**
 * Makes the governor before auto-configuration asks whether there is one. A record, as contexts are
 * shared by equal customizers.
 *
 * @param rules {@code null} for none
 */
record TestGovernorCustomizer(
        AutoConfigureTestGovernor settings, @Nullable Rules rules, List<Allow> allowed)
        implements ContextCustomizer {

    private static final String NAME = "openSergoTestGovernor";

    @Override
    public void customizeContext(
            ConfigurableApplicationContext context, MergedContextConfiguration configuration) {
        ConfigurableListableBeanFactory beans = context.getBeanFactory();
        Environment environment = context.getEnvironment();
        register(beans, NAME, TestGovernor.class, () -> build(environment), "close");
        register(
                beans,
                "openSergoGovernor",
                Governor.class,
                () -> beans.getBean(NAME, TestGovernor.class).governor(),
                "");
        register(
                beans,
                "openSergoTestClock",
                TestClock.class,
                () -> beans.getBean(NAME, TestGovernor.class).clock(),
                "");
    }

    private static <T> void register(
            ConfigurableListableBeanFactory beans,
            String name,
            Class<T> type,
            Supplier<T> supplier,
            String destroyMethod) {
        ((BeanDefinitionRegistry) beans)
                .registerBeanDefinition(
                        name,
                        BeanDefinitionBuilder.genericBeanDefinition(type, supplier)
                                .setDestroyMethodName(destroyMethod)
                                .getBeanDefinition());
    }

    private TestGovernor build(Environment environment) {
        TestGovernorBuilder builder = TestGovernor.builder().allowResources(Allow.ANY);
        String app = given(settings.app(), environment, "opensergo.app", "spring.application.name");
        if (!app.isEmpty()) {
            String namespace = given(settings.namespace(), environment, "opensergo.namespace");
            builder.target(
                    Target.of(namespace.isEmpty() ? Metadata.DEFAULT_NAMESPACE : namespace, app));
        }
        if (rules != null) {
            builder.rules(rules);
        }
        allowed.forEach(allow -> builder.allowProblems(allow.problems()));
        return builder.build();
    }

    private static String given(String value, Environment environment, String... properties) {
        String found = value;
        for (String property : properties) {
            found = found.isEmpty() ? environment.getProperty(property, "") : found;
        }
        return found;
    }
}
