package io.opensergo.kubernetes;

import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

/**
 * The key of a client certificate. One in PKCS #8 does not say in its first line of which algorithm
 * it is, and the library takes each for RSA.
 */
final class ClientKey {

    private ClientKey() {}

    /** Returns whether the key is of an elliptic curve, in PKCS #8; not if it cannot be read. */
    static boolean isElliptic(Config config) {
        try {
            byte[] key = Base64.getMimeDecoder().decode(base64Of(config));
            KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(key));
            return true;
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            return false; // whatever is wrong with it, the library says
        }
    }

    private static String base64Of(Config config) throws IOException {
        String data = config.getClientKeyData();
        String file = config.getClientKeyFile();
        String pem = "";
        if (data != null) {
            pem = new String(Base64.getDecoder().decode(data), StandardCharsets.UTF_8);
        } else if (file != null) {
            pem = Files.readString(Path.of(file));
        }
        return pem.replaceAll("-----[A-Z ]+-----", "");
    }
}
