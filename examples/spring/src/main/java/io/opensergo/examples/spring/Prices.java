package io.opensergo.examples.spring;

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

    private volatile boolean broken;

    @GetMapping("/prices/{id}")
    String price(@PathVariable("id") String id) {
        if (broken) {
            throw new ResponseStatusException(HttpStatus.INTERNAL_SERVER_ERROR);
        }
        return "42.00";
    }

    void setBroken(boolean broken) {
        this.broken = broken;
    }
}
