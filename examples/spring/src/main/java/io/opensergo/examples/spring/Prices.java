package io.opensergo.examples.spring;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** A service; nothing in it knows of rules. */
@RestController
@EnableAutoConfiguration
class Prices {

    private final String version;
    private volatile boolean broken;

    Prices(@Value("${version}") String version) {
        this.version = version;
    }

    @GetMapping("/prices/{id}")
    String price(@PathVariable("id") String id) {
        if (broken) {
            throw new ResponseStatusException(HttpStatus.INTERNAL_SERVER_ERROR);
        }
        return "42.00 by " + version;
    }

    void setBroken(boolean broken) {
        this.broken = broken;
    }
}
