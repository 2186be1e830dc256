package io.opensergo.spring.tests;

import io.opensergo.governance.Governor;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;

/** An application that has nothing but the starter and the server it needs. */
@EnableAutoConfiguration
public class BareApplication {

    private static final String TOMCAT_URLS =
            "org.apache.catalina.webresources.TomcatURLStreamHandlerFactory";

    /** Starts it, stops it, and returns what governed it. */
    public static String start(String type) throws ReflectiveOperationException {
        if (WebApplicationType.valueOf(type) == WebApplicationType.SERVLET) {
            // of which a process has one, and other tests of this one need it
            Class.forName(TOMCAT_URLS).getMethod("disable").invoke(null);
        }
        var application = new SpringApplication(BareApplication.class);
        application.setWebApplicationType(WebApplicationType.valueOf(type));
        application.setDefaultProperties(
                Map.of("server.port", "0", "spring.main.banner-mode", "off"));
        try (ConfigurableApplicationContext context = application.run()) {
            return context.getBean(Governor.class).getClass().getName();
        }
    }
}
