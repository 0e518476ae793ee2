#include <curl/curl.h>
#include <string.h>

// curl_easy_setopt has variable arguments, which Swift cannot call: one mail, sent and answered for.
struct tidings_mail {
    const char *url;
    const char *user;
    const char *password;
    const char *from;
    const char *const *to;
    size_t to_count;
    const char *message;
    size_t length;
    long milliseconds;
    int needs_tls;
};

struct tidings_mail_reading {
    const char *at;
    size_t left;
};

static inline size_t tidings_mail_read(char *buffer, size_t size, size_t count, void *context) {
    struct tidings_mail_reading *reading = (struct tidings_mail_reading *)context;
    size_t taken = size * count < reading->left ? size * count : reading->left;
    memcpy(buffer, reading->at, taken);
    reading->at += taken;
    reading->left -= taken;
    return taken;
}

// - Returns: CURLE_OK when the server has taken the mail; else error says why, in CURL_ERROR_SIZE bytes.
static inline CURLcode tidings_mail_send(const struct tidings_mail *mail, char *error) {
    CURL *handle = curl_easy_init();
    if (!handle) return CURLE_FAILED_INIT;
    struct tidings_mail_reading reading = {mail->message, mail->length};
    struct curl_slist *to = NULL;
    CURLcode result = CURLE_OUT_OF_MEMORY;
    error[0] = 0;
    for (size_t index = 0; index < mail->to_count; index++) {
        struct curl_slist *longer = curl_slist_append(to, mail->to[index]);
        if (!longer) goto end;
        to = longer;
    }
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, error);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(handle, CURLOPT_PROXY, "");
    curl_easy_setopt(handle, CURLOPT_URL, mail->url);
    curl_easy_setopt(handle, CURLOPT_USE_SSL, mail->needs_tls ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_TRY);
    if (mail->user) {
        curl_easy_setopt(handle, CURLOPT_USERNAME, mail->user);
        curl_easy_setopt(handle, CURLOPT_PASSWORD, mail->password);
    }
    curl_easy_setopt(handle, CURLOPT_MAIL_FROM, mail->from);
    curl_easy_setopt(handle, CURLOPT_MAIL_RCPT, to);
    curl_easy_setopt(handle, CURLOPT_READFUNCTION, tidings_mail_read);
    curl_easy_setopt(handle, CURLOPT_READDATA, &reading);
    curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, 10000L);
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, mail->milliseconds);
    result = curl_easy_perform(handle);
end:
    curl_slist_free_all(to);
    curl_easy_cleanup(handle);
    return result;
}
