# Varnish puts thread and form into story pages that contain
#   <esi:include src="/river-post/ferry-2026/en/thread.fragment.html"/>
#   <esi:include src="/river-post/ferry-2026/en/form.fragment.html"/>
vcl 4.1;

backend news { .host = "127.0.0.1"; .port = "8080"; }      # what makes your story pages
backend comments { .host = "127.0.0.1"; .port = "8460"; }  # Yobal's web server

sub vcl_recv {
    if (req.url ~ "^/river-post/") {
        if (req.esi_level == 0) {
            return (synth(404));  # only for the pages that include them; forms go to public_url
        }
        set req.backend_hint = comments;
        unset req.http.Cookie;
    } else {
        set req.backend_hint = news;
    }
}

sub vcl_backend_response {
    if (bereq.url ~ "^/river-post/") {
        # Not longer: a comment that was withdrawn would stay.
        set beresp.ttl = 60s;
        set beresp.grace = 0s;
    } else if (beresp.http.Content-Type ~ "^text/html") {
        set beresp.do_esi = true;
    }
}

sub vcl_deliver {
    if (req.esi_level > 0 && resp.status != 200) {
        return (synth(204));  # a story that is not declared shows nothing
    }
}

sub vcl_synth {
    if (req.esi_level > 0) {
        set resp.status = 200;
        synthetic("");
        return (deliver);
    }
}

sub vcl_backend_error {
    if (bereq.url ~ "^/river-post/") {
        set beresp.ttl = 0s;
        synthetic("");  # while Yobal is not to be reached, the story is shown without comments
        return (deliver);
    }
}
