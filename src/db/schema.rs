//! The tables, as both stores have them. `tests/it/migrations.rs` holds the migrations to this file.

diesel::table! {
    divisions (id) {
        id -> BigInt,
        version -> BigInt,
        updated_at -> Timestamp,
        body -> Text,
    }
}

diesel::table! {
    terms (id) {
        id -> BigInt,
        scheme -> Text,
        code -> Text,
        version -> BigInt,
        updated_at -> Timestamp,
        body -> Text,
    }
}

diesel::table! {
    calendar_years (id) {
        id -> BigInt,
        version -> BigInt,
        updated_at -> Timestamp,
        body -> Text,
    }
}

diesel::table! {
    organisations (id) {
        id -> BigInt,
        version -> BigInt,
        updated_at -> Timestamp,
        body -> Text,
        suspended_at -> Nullable<Timestamp>,
        division -> Nullable<BigInt>,
        verified -> Bool,
        credit_code -> Nullable<Text>,
        suspended_reason -> Nullable<Text>,
        trusted_at -> Nullable<Timestamp>,
        taken_down_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    bases (id) {
        id -> BigInt,
        organisation_id -> BigInt,
        adcode -> BigInt,
        version -> BigInt,
        updated_at -> Timestamp,
        body -> Text,
        publication -> Text,
        ever_public -> Bool,
    }
}

diesel::table! {
    series (id) {
        id -> BigInt,
        organisation_id -> BigInt,
        version -> BigInt,
        updated_at -> Timestamp,
        body -> Text,
        publication -> Text,
        ever_public -> Bool,
    }
}

diesel::table! {
    campaigns (id) {
        id -> BigInt,
        version -> BigInt,
        updated_at -> Timestamp,
        body -> Text,
    }
}

diesel::table! {
    routes (id) {
        id -> BigInt,
        version -> BigInt,
        updated_at -> Timestamp,
        body -> Text,
        publication -> Text,
        ever_public -> Bool,
        organisation_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    events (id) {
        id -> BigInt,
        organisation_id -> BigInt,
        base_id -> Nullable<BigInt>,
        series_id -> Nullable<BigInt>,
        sample -> Bool,
        version -> BigInt,
        updated_at -> Timestamp,
        body -> Text,
        announced_at -> Nullable<Timestamp>,
        publication -> Text,
        ever_public -> Bool,
    }
}

diesel::table! {
    sessions (id) {
        id -> BigInt,
        event_id -> BigInt,
        start_at -> Timestamp,
        end_at -> Timestamp,
        status -> Text,
        capacity -> Nullable<Integer>,
        taken -> Integer,
        waiting -> Integer,
        body -> Text,
        queue_next -> BigInt,
        seats_number -> BigInt,
        reminded -> Integer,
        version -> BigInt,
    }
}

diesel::table! {
    resources (id) {
        id -> BigInt,
        base_id -> Nullable<BigInt>,
        version -> BigInt,
        updated_at -> Timestamp,
        body -> Text,
        organisation_id -> Nullable<BigInt>,
        publication -> Text,
        confirmed_at -> Nullable<Timestamp>,
        ever_public -> Bool,
    }
}

diesel::table! {
    resource_contacts (resource_id) {
        resource_id -> BigInt,
        contact -> Text,
    }
}

diesel::table! {
    register_numbers (register, division, year) {
        register -> Text,
        division -> BigInt,
        year -> Integer,
        used -> Integer,
    }
}

diesel::table! {
    policies (id) {
        id -> BigInt,
        kind -> Text,
        named -> Text,
        version -> BigInt,
        updated_at -> Timestamp,
        body -> Text,
    }
}

diesel::table! {
    bulletins (id) {
        id -> BigInt,
        version -> BigInt,
        updated_at -> Timestamp,
        body -> Text,
    }
}

diesel::table! {
    changes (id) {
        id -> BigInt,
        tx -> BigInt,
        kind -> Text,
        object_id -> BigInt,
        at -> Timestamp,
    }
}

diesel::table! {
    persons (id) {
        id -> BigInt,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        display_name -> Nullable<Text>,
        phone -> Nullable<Text>,
        seen_at -> Timestamp,
    }
}

diesel::table! {
    wechat_openids (id) {
        id -> BigInt,
        person_id -> BigInt,
        app_id -> Text,
        openid_hash -> Text,
        openid -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    wechat_unionids (id) {
        id -> BigInt,
        person_id -> BigInt,
        unionid_hash -> Text,
        unionid -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    logins (id) {
        id -> BigInt,
        person_id -> BigInt,
        family_hash -> Text,
        secret_hash -> Text,
        replaced_hash -> Nullable<Text>,
        replaced_salt -> Nullable<Text>,
        replaced_at -> Nullable<Timestamp>,
        rotations -> BigInt,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    notices (id) {
        id -> BigInt,
        person_id -> BigInt,
        purpose -> Text,
        event_id -> Nullable<BigInt>,
        session_id -> Nullable<BigInt>,
        signup_id -> Nullable<BigInt>,
        details -> Text,
        due_at -> Timestamp,
        state -> Text,
        reason -> Nullable<Text>,
        next_at -> Timestamp,
        attempts -> Integer,
        sending_until -> Nullable<Timestamp>,
        app_id -> Nullable<Text>,
        template_id -> Nullable<Text>,
        message_id -> Nullable<Text>,
        settled_at -> Nullable<Timestamp>,
        read_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    message_credits (person_id, app_id, template_id) {
        person_id -> BigInt,
        app_id -> Text,
        template_id -> Text,
        credits -> Integer,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    wechat_pushes (digest) {
        digest -> Text,
        seen_at -> Timestamp,
    }
}

diesel::table! {
    memberships (person_id, organisation_id) {
        person_id -> BigInt,
        organisation_id -> BigInt,
        role -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    authorities (person_id, division) {
        person_id -> BigInt,
        division -> BigInt,
        role -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    passwords (person_id) {
        person_id -> BigInt,
        username -> Text,
        hash -> Text,
        failures -> Integer,
        locked_until -> Nullable<Timestamp>,
        totp_secret -> Nullable<Text>,
        totp_step -> Nullable<BigInt>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    signups (id) {
        id -> BigInt,
        session_id -> BigInt,
        event_id -> BigInt,
        person_id -> Nullable<BigInt>,
        status -> Text,
        reason -> Nullable<Text>,
        seats -> Integer,
        headcount -> Nullable<Integer>,
        queue_number -> Nullable<BigInt>,
        offered_until -> Nullable<Timestamp>,
        ticket_code -> Nullable<Text>,
        ticket_hash -> Nullable<Text>,
        ticket_revision -> Integer,
        personal -> Nullable<Text>,
        attended -> Text,
        policy_version -> Text,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        people -> Integer,
    }
}

diesel::table! {
    signup_members (who, session_id) {
        session_id -> BigInt,
        who -> Text,
        signup_id -> BigInt,
    }
}

diesel::table! {
    limits_used (scope, who) {
        scope -> Text,
        who -> Text,
        used -> Integer,
        most -> Integer,
        until -> Timestamp,
    }
}

diesel::table! {
    idempotency_keys (person_id, operation, given) {
        person_id -> BigInt,
        operation -> Text,
        given -> Text,
        body_hash -> Text,
        object_id -> BigInt,
        made -> Bool,
        created_at -> Timestamp,
        objects -> Nullable<Text>,
    }
}

diesel::table! {
    system_repeats (api_key_id, operation, given) {
        api_key_id -> BigInt,
        operation -> Text,
        given -> Text,
        body_hash -> Text,
        object_id -> BigInt,
        objects -> Nullable<Text>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    companions (id) {
        id -> BigInt,
        person_id -> BigInt,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        who -> Nullable<Text>,
        body -> Text,
    }
}

diesel::table! {
    consents (id) {
        id -> BigInt,
        subject -> Text,
        kind -> Text,
        policy_version -> Text,
        companion_id -> Nullable<BigInt>,
        given_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    data_looks (id) {
        id -> BigInt,
        at -> Timestamp,
        actor_id -> BigInt,
        subject_id -> Nullable<BigInt>,
        session_id -> Nullable<BigInt>,
        purpose -> Text,
        fields -> Text,
    }
}

diesel::table! {
    checkins (session_id, device_id, entry_id) {
        session_id -> BigInt,
        device_id -> Text,
        entry_id -> Text,
        signup_id -> BigInt,
        members -> Nullable<Text>,
        undo -> Bool,
        said_at -> Timestamp,
        outcome -> Text,
        reason -> Nullable<Text>,
        staff_id -> Nullable<BigInt>,
        heard_at -> Timestamp,
    }
}

diesel::table! {
    walk_ins (session_id, device_id, entry_id) {
        session_id -> BigInt,
        device_id -> Text,
        entry_id -> Text,
        people -> Integer,
        seats -> Integer,
        undone -> Bool,
        staff_id -> BigInt,
        heard_at -> Timestamp,
    }
}

diesel::table! {
    headcounts (session_id) {
        session_id -> BigInt,
        people -> Integer,
        staff_id -> BigInt,
        counted_at -> Timestamp,
    }
}

diesel::table! {
    feedback (signup_id) {
        signup_id -> BigInt,
        session_id -> BigInt,
        stars -> Integer,
        words -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    favourites (id) {
        id -> BigInt,
        person_id -> BigInt,
        kind -> Text,
        object_id -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    subscriptions (id) {
        id -> BigInt,
        person_id -> BigInt,
        wish -> Text,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    drafts (kind, object_id) {
        kind -> Text,
        object_id -> BigInt,
        organisation_id -> Nullable<BigInt>,
        person_id -> Nullable<BigInt>,
        division -> BigInt,
        version -> BigInt,
        state -> Text,
        body -> Text,
        base -> Nullable<Text>,
        reason -> Nullable<Text>,
        fields -> Text,
        author_id -> Nullable<BigInt>,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    targets (id) {
        id -> BigInt,
        division -> BigInt,
        body -> Text,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    webhooks (id) {
        id -> BigInt,
        organisation_id -> BigInt,
        name -> Nullable<Text>,
        url -> Text,
        types -> Text,
        secret -> Text,
        old_secret -> Nullable<Text>,
        old_secret_until -> Nullable<Timestamp>,
        stopped -> Nullable<Text>,
        failures -> Integer,
        failing_since -> Nullable<Timestamp>,
        rests_until -> Nullable<Timestamp>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    review_items (id) {
        id -> BigInt,
        kind -> Text,
        object_id -> BigInt,
        version -> BigInt,
        lane -> Text,
        title -> Text,
        organisation_id -> Nullable<BigInt>,
        division -> BigInt,
        campaigns -> Text,
        notes -> Text,
        submitted_by -> Nullable<BigInt>,
        submitted_at -> Timestamp,
        state -> Text,
        claimed_by -> Nullable<BigInt>,
        claimed_until -> Nullable<Timestamp>,
        decided_by -> Nullable<BigInt>,
        decided_at -> Nullable<Timestamp>,
        reason -> Nullable<Text>,
        fields -> Text,
    }
}

diesel::table! {
    participations (id) {
        id -> BigInt,
        campaign_id -> BigInt,
        edition_id -> BigInt,
        year -> Integer,
        event_id -> BigInt,
        state -> Text,
        version -> BigInt,
        reason -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    featured_lists (id) {
        id -> BigInt,
        version -> BigInt,
        updated_at -> Timestamp,
        body -> Text,
    }
}

diesel::table! {
    webhook_deliveries (id) {
        id -> BigInt,
        webhook_id -> BigInt,
        what -> Text,
        kind -> Text,
        object_id -> BigInt,
        event_id -> Nullable<BigInt>,
        object_version -> BigInt,
        happened_at -> Timestamp,
        state -> Text,
        attempts -> Integer,
        first_at -> Nullable<Timestamp>,
        next_at -> Timestamp,
        sending_until -> Nullable<Timestamp>,
        status -> Nullable<Integer>,
        problem -> Nullable<Text>,
        settled_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    webhook_seen (organisation_id, kind, object_id) {
        organisation_id -> BigInt,
        kind -> Text,
        object_id -> BigInt,
        event_id -> Nullable<BigInt>,
        version -> BigInt,
        digest -> BigInt,
        cancelled -> Bool,
        ends_at -> Nullable<Timestamp>,
        seats -> BigInt,
    }
}

diesel::table! {
    webhook_position (id) {
        id -> BigInt,
        low_water -> BigInt,
    }
}

diesel::table! {
    audit_entries (id) {
        id -> BigInt,
        at -> Timestamp,
        actor -> Text,
        api_key_id -> Nullable<BigInt>,
        action -> Text,
        object_kind -> Nullable<Text>,
        object_id -> Nullable<BigInt>,
        organisation_id -> Nullable<BigInt>,
        division -> Nullable<BigInt>,
        reason -> Nullable<Text>,
        before_text -> Nullable<Text>,
        after_text -> Nullable<Text>,
        digests -> Nullable<Text>,
        number -> Nullable<BigInt>,
        previous -> Nullable<Text>,
        hash -> Nullable<Text>,
        mark -> Nullable<Text>,
        refused_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    audit_personal (id) {
        id -> BigInt,
        entry_id -> BigInt,
        part -> Text,
        person_id -> BigInt,
        salt -> Nullable<Text>,
        value -> Nullable<Text>,
        mark -> Nullable<Text>,
    }
}

diesel::table! {
    audit_head (id) {
        id -> BigInt,
        number -> BigInt,
        hash -> Text,
        seal -> Text,
    }
}

diesel::table! {
    reports (id) {
        id -> BigInt,
        kind -> Text,
        object_id -> BigInt,
        reason -> Text,
        words -> Nullable<Text>,
        person_id -> Nullable<BigInt>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    text_checks (kind, object_id) {
        kind -> Text,
        object_id -> BigInt,
        version -> BigInt,
        person_id -> BigInt,
        attempts -> Integer,
        next_at -> Timestamp,
    }
}

diesel::table! {
    organisation_applications (organisation_id) {
        organisation_id -> BigInt,
        version -> BigInt,
        state -> Text,
        details -> Text,
        contact -> Nullable<Text>,
        applicant_id -> Nullable<BigInt>,
        submitted_at -> Timestamp,
        decided_at -> Nullable<Timestamp>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    accreditations (id) {
        id -> BigInt,
        base_id -> BigInt,
        organisation_id -> BigInt,
        level -> Text,
        title -> Text,
        division -> BigInt,
        renews_id -> Nullable<BigInt>,
        body -> Text,
        state -> Text,
        version -> BigInt,
        certificate -> Nullable<Text>,
        since -> Nullable<Timestamp>,
        until -> Nullable<Timestamp>,
        reason -> Nullable<Text>,
        fields -> Text,
        author_id -> Nullable<BigInt>,
        decided_at -> Nullable<Timestamp>,
        ended_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    assessment_rounds (id) {
        id -> BigInt,
        division -> BigInt,
        year -> Integer,
        level -> Text,
        due -> Timestamp,
        created_at -> Timestamp,
    }
}

diesel::table! {
    assessments (id) {
        id -> BigInt,
        round_id -> BigInt,
        base_id -> BigInt,
        organisation_id -> BigInt,
        state -> Text,
        version -> BigInt,
        answers -> Text,
        figures -> Nullable<Text>,
        outcome -> Nullable<Text>,
        reason -> Nullable<Text>,
        fields -> Text,
        author_id -> Nullable<BigInt>,
        submitted_at -> Nullable<Timestamp>,
        decided_at -> Nullable<Timestamp>,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    invitations (id) {
        id -> BigInt,
        organisation_id -> BigInt,
        role -> Text,
        code_hash -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        made_by -> Nullable<BigInt>,
        code -> Nullable<Text>,
        label -> Nullable<Text>,
    }
}

diesel::table! {
    member_labels (id) {
        id -> BigInt,
        person_id -> BigInt,
        organisation_id -> BigInt,
        label -> Text,
    }
}

diesel::table! {
    external_ids (organisation_id, kind, external_id) {
        organisation_id -> BigInt,
        kind -> Text,
        external_id -> Text,
        object_id -> BigInt,
    }
}

diesel::table! {
    imports (id) {
        id -> BigInt,
        organisation_id -> BigInt,
        created_at -> Timestamp,
        wanted -> Nullable<Binary>,
        ground -> Text,
        errors -> Integer,
        applied_at -> Nullable<Timestamp>,
        result -> Nullable<Text>,
    }
}

diesel::table! {
    api_keys (id) {
        id -> BigInt,
        organisation_id -> BigInt,
        name -> Text,
        scopes -> Text,
        secret_hash -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        revoked_at -> Nullable<Timestamp>,
        last_used_at -> Nullable<Timestamp>,
        made_by -> Nullable<BigInt>,
        secret -> Nullable<Text>,
    }
}

diesel::table! {
    images (id) {
        id -> BigInt,
        organisation_id -> BigInt,
        alt -> Text,
        media_type -> Text,
        width -> Integer,
        height -> Integer,
        digest -> Text,
        created_at -> Timestamp,
        removed_at -> Nullable<Timestamp>,
    }
}
diesel::table! {
    image_sizes (image_id, width) {
        image_id -> BigInt,
        width -> Integer,
        bytes -> Binary,
    }
}

diesel::joinable!(assessments -> assessment_rounds (round_id));
diesel::allow_tables_to_appear_in_same_query!(assessments, assessment_rounds);
diesel::joinable!(signups -> sessions (session_id));
diesel::allow_tables_to_appear_in_same_query!(signups, sessions, signup_members, feedback);
diesel::allow_tables_to_appear_in_same_query!(signups, notices);
diesel::allow_tables_to_appear_in_same_query!(events, sessions);
diesel::allow_tables_to_appear_in_same_query!(webhooks, webhook_deliveries);
// Statistics: what was counted of sessions, by the events that they are of.
diesel::allow_tables_to_appear_in_same_query!(events, signups);
diesel::allow_tables_to_appear_in_same_query!(events, feedback);
diesel::allow_tables_to_appear_in_same_query!(events, walk_ins);
diesel::allow_tables_to_appear_in_same_query!(events, headcounts);
diesel::allow_tables_to_appear_in_same_query!(sessions, walk_ins);
diesel::allow_tables_to_appear_in_same_query!(sessions, headcounts);
diesel::allow_tables_to_appear_in_same_query!(events, drafts);
diesel::allow_tables_to_appear_in_same_query!(bases, drafts);
diesel::allow_tables_to_appear_in_same_query!(routes, drafts);
diesel::allow_tables_to_appear_in_same_query!(series, drafts);
diesel::allow_tables_to_appear_in_same_query!(events, organisations);
diesel::allow_tables_to_appear_in_same_query!(bases, organisations);
diesel::allow_tables_to_appear_in_same_query!(routes, organisations);
diesel::allow_tables_to_appear_in_same_query!(series, organisations);
diesel::allow_tables_to_appear_in_same_query!(resources, organisations);
diesel::allow_tables_to_appear_in_same_query!(resources, drafts);
diesel::allow_tables_to_appear_in_same_query!(resource_contacts, drafts);
diesel::allow_tables_to_appear_in_same_query!(audit_entries, audit_personal);
diesel::allow_tables_to_appear_in_same_query!(organisations, organisation_applications);
diesel::allow_tables_to_appear_in_same_query!(reports, review_items);
diesel::allow_tables_to_appear_in_same_query!(images, image_sizes);
