package io.opensergo.dubbo;

import java.util.Map;

/** An application in whose code and settings nothing says that it is governed. */
final class BootstrappedApp {

    private BootstrappedApp() {}

    public static void main(String[] args) {
        try (var app = new DubboApp("bootstrapped", DubboApp.none(), Map.of())) {
            app.start().consume("dubbo://127.0.0.1:1");
            app.governance().governor().ready().block(DubboApp.PATIENCE);
            System.out.println("governed as " + app.governance().client().target());
        }
    }
}
