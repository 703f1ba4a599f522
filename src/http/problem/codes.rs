//! The one table of everything that can go wrong here, kept whole: to add a code, add one row to [`codes!`] below.

/// One row of the table of codes.
pub(super) struct Row {
    pub(super) wire: &'static str,
    pub(super) status: u16,
    /// In Simplified Chinese, Hong Kong's Traditional Chinese, English; so is `detail`.
    pub(super) title: [&'static str; 3],
    pub(super) detail: [&'static str; 3],
}

/// Makes [`Code`] and its table from the same lines, so that neither can lack what the other has.
macro_rules! codes {
    ($($(#[$doc:meta])* $code:ident $wire:literal $status:literal { $title:expr, $detail:expr })*) => {
        /// What went wrong with a request. The wire name never changes once released.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Code {
            $($(#[$doc])* $code,)*
        }

        impl Code {
            /// Every code, in the order in which it is documented.
            pub const ALL: &[Self] = &[$(Self::$code),*];

            pub(super) fn row(self) -> Row {
                match self {
                    $(Self::$code => Row { wire: $wire, status: $status, title: $title, detail: $detail },)*
                }
            }
        }
    };
}

codes! {
    /// At least one query parameter is wrong; `errors` says which and why.
    InvalidParameter "invalidParameter" 400 {
        ["参数有误", "參數有誤", "Invalid parameter"],
        ["请求参数有误，errors 逐项说明。", "請求參數有誤，errors 逐項說明。",
         "At least one parameter is wrong; `errors` says which and why."]
    }
    /// The cursor was not made by this server.
    CursorMalformed "cursorMalformed" 400 {
        ["游标无效", "游標無效", "Malformed cursor"],
        ["cursor 不是由本服务给出的；请从第一页重新开始。", "cursor 不是由本服務給出的；請從第一頁重新開始。",
         "The cursor was not given out by this service; start again from the first page."]
    }
    /// The cursor belongs to another question.
    CursorMismatch "cursorMismatch" 400 {
        ["游标与查询不符", "游標與查詢不符", "Cursor of another question"],
        ["cursor 属于另一组参数；翻页时请保持其余参数不变。", "cursor 屬於另一組參數；翻頁時請保持其餘參數不變。",
         "The cursor belongs to other parameters; keep all others unchanged when turning pages."]
    }
    /// The cursor is older than 24 hours.
    CursorExpired "cursorExpired" 400 {
        ["游标已过期", "游標已過期", "Cursor expired"],
        ["cursor 已超过 24 小时；请从第一页重新开始。", "cursor 已超過 24 小時；請從第一頁重新開始。",
         "The cursor is older than 24 hours; start again from the first page."]
    }
    /// The mirror's token was not made by this server.
    TokenMalformed "tokenMalformed" 400 {
        ["同步标记无效", "同步標記無效", "Malformed token"],
        ["since 不是由本服务给出的；请不带 since 重新开始同步。", "since 不是由本服務給出的；請不帶 since 重新開始同步。",
         "`since` was not given out by this service; begin the mirror anew, without it."]
    }
    /// The mirror's token belongs to another language or datum.
    TokenMismatch "tokenMismatch" 400 {
        ["同步标记与查询不符", "同步標記與查詢不符", "Token of another mirror"],
        ["since 属于另一种语言或坐标系的同步；请保持 lang、Accept-Language 与 crs 不变。",
         "since 屬於另一種語言或座標系的同步；請保持 lang、Accept-Language 與 crs 不變。",
         "`since` belongs to a mirror in another language or datum; keep `lang`, `Accept-Language` and `crs` unchanged."]
    }
    /// The mirror was away for more than 30 days, or the catalogue it mirrors is no more.
    MirrorTooOld "mirrorTooOld" 410 {
        ["同步已中断过久", "同步已中斷過久", "Mirror too old"],
        ["since 已超过 30 天，或数据已从备份恢复；请不带 since 重新开始同步。",
         "since 已超過 30 天，或資料已從備份還原；請不帶 since 重新開始同步。",
         "`since` is older than 30 days, or the data was restored from a copy; begin the mirror anew, without it."]
    }
    /// The request is not proper HTTP or its body cannot be read.
    MalformedRequest "malformedRequest" 400 {
        ["请求无法解析", "請求無法解析", "Malformed request"],
        ["请求无法读取：请求体须是 UTF-8 编码的 JSON，同一字段只能出现一次，地址与请求头须符合 HTTP；请更正后重发。",
         "請求無法讀取：請求內容須是 UTF-8 編碼的 JSON，同一欄位只能出現一次，地址與請求標頭須符合 HTTP；請更正後重發。",
         "The request cannot be read: a body must be JSON in UTF-8 with each field once, path and headers proper HTTP. Mend it and send it again."]
    }
    /// The body is JSON, but not of the documented shape; `errors` says where and why.
    InvalidBody "invalidBody" 422 {
        ["请求体有误", "請求內容有誤", "Invalid body"],
        ["请求体与接口文档不符，errors 逐项说明。", "請求內容與介面文件不符，errors 逐項說明。",
         "The body is not as documented; `errors` says where and why."]
    }
    /// This server knows no such mini-program.
    UnknownApp "unknownApp" 422 {
        ["小程序未配置", "小程式未設定", "Unknown mini-program"],
        ["本服务没有配置这个 appId 的小程序；请核对 appId，只配置了一个小程序时可以省略。",
         "本服務沒有設定這個 appId 的小程式；請核對 appId，只設定了一個小程式時可以省略。",
         "No mini-program with this `appId` is configured on this server: check it, or leave it out where there is only one."]
    }
    /// Somebody must log in for this: there was no access token.
    Unauthenticated "unauthenticated" 401 {
        ["需要登录", "需要登入", "Login needed"],
        ["请先登录，并在请求头 Authorization 中以 Bearer 给出 accessToken。",
         "請先登入，並在請求標頭 Authorization 中以 Bearer 給出 accessToken。",
         "Log in, and send the access token as `Authorization: Bearer …`."]
    }
    /// The access token was not given out by this service.
    AccessTokenInvalid "accessTokenInvalid" 401 {
        ["访问令牌无效", "存取權杖無效", "Invalid access token"],
        ["accessToken 不是由本服务给出的；请重新登录。", "accessToken 不是由本服務給出的；請重新登入。",
         "The access token was not given out by this service; log in again."]
    }
    /// The access token has expired; the refresh token gives another.
    AccessTokenExpired "accessTokenExpired" 401 {
        ["访问令牌已过期", "存取權杖已過期", "Access token expired"],
        ["accessToken 已过期；请用 refreshToken 换取新的。", "accessToken 已過期；請用 refreshToken 換取新的。",
         "The access token has expired; get another by the refresh token."]
    }
    /// The login of this access token has ended.
    LoginEnded "loginEnded" 401 {
        ["登录已结束", "登入已結束", "Login ended"],
        ["这次登录已退出或已被终止；请重新登录。", "這次登入已登出或已被終止；請重新登入。",
         "This login was logged out or has been ended; log in again."]
    }
    /// The refresh token is of no login that stands.
    RefreshTokenInvalid "refreshTokenInvalid" 401 {
        ["刷新令牌无效", "更新權杖無效", "Invalid refresh token"],
        ["refreshToken 无效、已过期或已退出登录；请重新登录。", "refreshToken 無效、已過期或已登出；請重新登入。",
         "The refresh token is wrong or expired, or its login has ended; log in again."]
    }
    /// The refresh token was used before: two hold it, so its login was ended.
    RefreshTokenReused "refreshTokenReused" 401 {
        ["刷新令牌被重复使用", "更新權杖被重複使用", "Refresh token used twice"],
        ["refreshToken 此前已被使用，为安全起见这次登录已被终止；请重新登录。",
         "refreshToken 先前已被使用，為安全起見這次登入已被終止；請重新登入。",
         "The refresh token was used before, so this login was ended for safety; log in again."]
    }
    /// Name or password are wrong, or not listened to after too many failures.
    CredentialsRejected "credentialsRejected" 401 {
        ["用户名或密码错误", "使用者名稱或密碼錯誤", "Name or password wrong"],
        ["用户名或密码错误；多次失败后须等待一段时间，其间正确的密码也不被接受。",
         "使用者名稱或密碼錯誤；多次失敗後須等待一段時間，其間正確的密碼也不被接受。",
         "The name or the password is wrong. After several failures an account listens to nobody for some minutes, not \
          even to the right password."]
    }
    /// The password is right; a code of the authenticator app is needed beside it.
    TotpRequired "totpRequired" 401 {
        ["需要动态验证码", "需要動態驗證碼", "Code needed"],
        ["密码正确；请同时以 totp 给出身份验证器上的验证码。", "密碼正確；請同時以 totp 給出身分驗證器上的驗證碼。",
         "The password is right; send the code of your authenticator app as `totp` beside it."]
    }
    /// The password is right; an authenticator app is to be set up first.
    TotpEnrolmentRequired "totpEnrolmentRequired" 401 {
        ["需要设置动态验证码", "需要設定動態驗證碼", "Codes to be set up"],
        ["密码正确；此账号须先通过 POST /v1/auth/password/totp 设置身份验证器。",
         "密碼正確；此帳號須先通過 POST /v1/auth/password/totp 設定身分驗證器。",
         "The password is right; this account has to set up an authenticator app first: `POST /v1/auth/password/totp`."]
    }
    /// The code of the authenticator app is wrong, of another time, or was used before.
    TotpRejected "totpRejected" 401 {
        ["动态验证码错误", "動態驗證碼錯誤", "Code wrong"],
        ["验证码错误、已过期或已使用；请等待下一个验证码。", "驗證碼錯誤、已過期或已使用；請等待下一個驗證碼。",
         "The code is wrong, of another time, or was used before; wait for the next one."]
    }
    /// The account has an authenticator app already.
    TotpEnrolled "totpEnrolled" 409 {
        ["已设置动态验证码", "已設定動態驗證碼", "Codes set up already"],
        ["此账号已设置身份验证器；如要更换，请以 totp 给出当前验证码；如已丢失，请联系运营方重置账号。",
         "此帳號已設定身分驗證器；如要更換，請以 totp 給出目前的驗證碼；如已遺失，請聯絡營運方重設帳號。",
         "This account has an authenticator app: to replace it, send its current code as `totp`; if it is lost, ask who runs the service to reset the account."]
    }
    /// The present password is wrong, or not listened to after too many failures.
    PasswordRejected "passwordRejected" 403 {
        ["当前密码错误", "目前密碼錯誤", "Present password wrong"],
        ["当前密码错误；多次失败后须等待一段时间。", "目前密碼錯誤；多次失敗後須等待一段時間。",
         "The present password is wrong; after several failures it is not listened to for some minutes."]
    }
    /// Whoever calls has no password.
    NoPassword "noPassword" 409 {
        ["没有密码", "沒有密碼", "No password"],
        ["此账号不用密码登录，没有可修改的密码；请继续用小程序登录。",
         "此帳號不以密碼登入，沒有可修改的密碼；請繼續以小程式登入。",
         "This account does not log in by password, so there is none to change; go on logging in by the mini-program."]
    }
    /// Whoever calls is known, and may not do this.
    Forbidden "forbidden" 403 {
        ["没有权限", "沒有權限", "Not allowed"],
        ["您的账号没有这项权限；请换用有权限的账号。单位的角色由单位管理员授予，主管部门的审核与管理权限由本系统的运维人员授予。",
         "您的帳號沒有這項權限；請換用有權限的帳號。單位的角色由單位管理員授予，主管部門的審核與管理權限由本系統的運維人員授予。",
         "Your account may not do this: log in with one that may. Roles in an organisation are given by its owners, those of an \
          authority by whoever runs this service."]
    }
    /// WeChat does not take the code of this login.
    WechatCodeRejected "wechatCodeRejected" 401 {
        ["微信登录凭证无效", "微信登入憑證無效", "WeChat rejects the code"],
        ["code 无效、已使用或已超过五分钟；请重新调用 wx.login。", "code 無效、已使用或已超過五分鐘；請重新呼叫 wx.login。",
         "The code is wrong, used or five minutes old, or of another mini-program; call `wx.login` again."]
    }
    /// WeChat keeps this person from logging in.
    WechatBlocked "wechatBlocked" 403 {
        ["微信限制登录", "微信限制登入", "Blocked by WeChat"],
        ["微信将该用户判定为高风险，暂不能登录；请稍后再试，或换用其他微信账号。",
         "微信將該使用者判定為高風險，暫不能登入；請稍後再試，或換用其他微信帳號。",
         "WeChat takes this person for a risk and does not let them log in: try later, or with another WeChat account."]
    }
    /// WeChat lets this person log in a hundred times a minute.
    WechatTooOften "wechatTooOften" 429 {
        ["登录过于频繁", "登入過於頻繁", "Too many logins"],
        ["登录过于频繁，请一分钟后再试。", "登入過於頻繁，請一分鐘後再試。",
         "This person logs in too often; try again in a minute."]
    }
    /// WeChat does not take the code of this phone number.
    PhoneCodeRejected "phoneCodeRejected" 422 {
        ["手机号凭证无效", "手機號碼憑證無效", "WeChat rejects the phone code"],
        ["code 无效、已使用或已超过五分钟；请让用户重新点按 getPhoneNumber 按钮。",
         "code 無效、已使用或已超過五分鐘；請讓使用者重新點按 getPhoneNumber 按鈕。",
         "The code is wrong, used or five minutes old, or of another mini-program; let the person press the button `getPhoneNumber` again."]
    }
    /// There are twenty companions already.
    TooManyCompanions "tooManyCompanions" 409 {
        ["同行人已满", "同行人已滿", "Too many companions"],
        ["每人最多保存二十位同行人；请先删除不再需要的。", "每人最多儲存二十位同行人；請先刪除不再需要的。",
         "Twenty companions at most; remove one that is not needed any more first."]
    }
    /// A companion who is signed up cannot become somebody else.
    CompanionSignedUp "companionSignedUp" 409 {
        ["同行人已报名", "同行人已報名", "The companion is signed up"],
        ["同行人还有未结束的报名，只能更正姓名的写法，不能换成另一个人；请先从那些报名中去掉，或另行添加一位同行人。",
         "同行人還有未結束的報名，只能更正姓名的寫法，不能換成另一個人；請先從那些報名中去掉，或另行新增一位同行人。",
         "While they are signed up, how a companion is written can be corrected, but they cannot become somebody else: take them out of these sign-ups first, or add somebody new."]
    }
    /// A push that is not WeChat's.
    PushRejected "pushRejected" 403 {
        ["推送签名无效", "推送簽名無效", "Push rejected"],
        ["推送的签名无效、已过期，或无法解密；请核对公众平台与本服务配置中的 Token 和 EncodingAESKey。",
         "推送的簽名無效、已過期，或無法解密；請核對公眾平台與本服務設定中的 Token 和 EncodingAESKey。",
         "The push is not signed as this mini-program's are, is too old, or cannot be decrypted: compare Token and EncodingAESKey in WeChat's console and in the configuration."]
    }
    /// Somebody else changed it meanwhile.
    VersionConflict "versionConflict" 409 {
        ["版本冲突", "版本衝突", "Version conflict"],
        ["内容在此期间已被修改；请重新读取后再提交。", "內容在此期間已被修改；請重新讀取後再提交。",
         "It was changed meanwhile; read it again and send your change with the new `version`."]
    }
    /// No seat is left; `waitlist` says what there is of one.
    Full "full" 409 {
        ["名额已满", "名額已滿", "Full"],
        ["名额已满，或余下的名额不够。若 waitlist.offered 为 true，可带 joinWaitlist 再次提交以候补。",
         "名額已滿，或餘下的名額不夠。若 waitlist.offered 為 true，可帶 joinWaitlist 再次提交以候補。",
         "No seat is left, or too few are. Where `waitlist.offered` is true, send the same with `joinWaitlist` to queue."]
    }
    /// Sign-up has not opened; `signupOpensAt` of the session says when it does.
    NotOpen "notOpen" 409 {
        ["报名未开始", "報名未開始", "Not open yet"],
        ["报名尚未开始，开始时间见场次的 signupOpensAt。", "報名尚未開始，開始時間見場次的 signupOpensAt。",
         "Sign-up has not opened; the session's `signupOpensAt` says when it does."]
    }
    /// Sign-up has closed, or the session is over.
    Closed "closed" 409 {
        ["报名已截止", "報名已截止", "Closed"],
        ["报名已截止或场次已结束；请选择其他场次。",
         "報名已截止或場次已結束；請選擇其他場次。",
         "Sign-up has closed, or the session is over; choose another session."]
    }
    /// The session is called off.
    CalledOff "calledOff" 409 {
        ["场次已取消", "場次已取消", "Called off"],
        ["这个场次已取消；请选择其他场次。",
         "這個場次已取消；請選擇其他場次。",
         "This session is called off; choose another one."]
    }
    /// No sign-up is needed here, or it is elsewhere.
    SignupNotNeeded "signupNotNeeded" 409 {
        ["无需报名", "無需報名", "No sign-up here"],
        ["这个场次不在此报名：可直接前往，或按 externalSignup 报名。",
         "這個場次不在此報名：可直接前往，或按 externalSignup 報名。",
         "One does not sign up for this session here: just come, or see `externalSignup`."]
    }
    /// The event is invented, for demonstration.
    SampleEvent "sampleEvent" 409 {
        ["示例活动", "示例活動", "Sample event"],
        ["这是演示用的示例活动，不能报名；请选择 sample 为 false 的活动。",
         "這是示範用的示例活動，不能報名；請選擇 sample 為 false 的活動。",
         "This event is invented, for demonstration, and one cannot sign up for it; choose one whose `sample` is false."]
    }
    /// Somebody else signed up one of the party.
    Duplicate "duplicate" 409 {
        ["已由他人报名", "已由他人報名", "Signed up already"],
        ["同行人中有人已由其他账号报名这个场次，errors 指明是谁；请去掉此人，或请对方先取消。",
         "同行人中有人已由其他帳號報名這個場次，errors 指明是誰；請去掉此人，或請對方先取消。",
         "Somebody else signed up one of the party for this session, `errors` says whom: leave them out, or have the other sign-up cancelled first."]
    }
    /// The party takes more than one person may.
    LimitReached "limitReached" 409 {
        ["超出限额", "超出限額", "Limit reached"],
        ["超出每人的名额或场次限制，errors 逐项说明；请减少人数，或先取消其他报名。",
         "超出每人的名額或場次限制，errors 逐項說明；請減少人數，或先取消其他報名。",
         "That is more than one person may have, `errors` says of what: ask for less, or give up some of what you have."]
    }
    /// The session is not for this party.
    NotEligible "notEligible" 409 {
        ["不符合报名条件", "不符合報名條件", "Not eligible"],
        ["不符合这个场次的报名条件，errors 逐项说明；请调整同行人，或选择其他场次。",
         "不符合這個場次的報名條件，errors 逐項說明；請調整同行人，或選擇其他場次。",
         "The session is not for this party, `errors` says for whom and why: change the party, or choose another session."]
    }
    /// The `Idempotency-Key` was used for another request.
    KeyReused "keyReused" 409 {
        ["重复键已被使用", "重複鍵已被使用", "Key reused"],
        ["这个 Idempotency-Key 已用于另一个请求；请换一个。", "這個 Idempotency-Key 已用於另一個請求；請換一個。",
         "This `Idempotency-Key` was used for another request; choose a new one."]
    }
    /// It is too late to cancel or to shrink.
    CancelClosed "cancelClosed" 409 {
        ["已过取消期限", "已過取消期限", "Too late to cancel"],
        ["已过可取消或减少人数的期限（cancelUntil）；不能来时请直接告知主办方。",
         "已過可取消或減少人數的期限（cancelUntil）；不能來時請直接告知主辦方。",
         "It is too late to cancel or to make the party smaller: see `cancelUntil`. If you cannot come, tell the host."]
    }
    /// The offer has lapsed, or there was none.
    OfferLapsed "offerLapsed" 409 {
        ["候补名额已失效", "候補名額已失效", "Offer lapsed"],
        ["没有为您保留的名额，或保留时间已过；如仍想参加，请重新报名或候补。",
         "沒有為您保留的名額，或保留時間已過；如仍想參加，請重新報名或候補。",
         "No seats are held for you, or their time is over; sign up again if you still want to come."]
    }
    /// The sign-up has come to its end.
    SignupOver "signupOver" 409 {
        ["报名已结束", "報名已結束", "Sign-up over"],
        ["这个报名已结束，不能再更改；如仍想参加，请重新报名。",
         "這個報名已結束，不能再更改；如仍想參加，請重新報名。",
         "This sign-up has come to its end, and nothing can be changed about it; sign up anew if you still want to come."]
    }
    /// The door does not show that code, or no more.
    DoorCodeWrong "doorCodeWrong" 422 {
        ["签到码不正确", "簽到碼不正確", "Wrong door code"],
        ["签到码不正确或已更换；请输入现场屏幕上当前显示的码。", "簽到碼不正確或已更換；請輸入現場螢幕上目前顯示的碼。",
         "The door does not show this code, or no more; take the one that it shows now."]
    }
    /// Nobody is checked in at this time.
    DoorsClosed "doorsClosed" 409 {
        ["不在签到时间", "不在簽到時間", "Doors closed"],
        ["签到从开始前 12 小时到结束后 12 小时；取消的场次不能签到。", "簽到從開始前 12 小時到結束後 12 小時；取消的場次不能簽到。",
         "People are checked in from 12 hours before the start until 12 hours after the end, and never to what is called off."]
    }
    /// The sign-up has no seats.
    NotConfirmed "notConfirmed" 409 {
        ["报名未确认", "報名未確認", "Not confirmed"],
        ["这份报名没有名额，不能签到；请查看其 status，或由现场按未报名登记（walk-ins）。",
         "這份報名沒有名額，不能簽到；請查看其 status，或由現場按未報名登記（walk-ins）。",
         "This sign-up has no seats, so nobody can be checked in by it: see its `status`; the desk may let them in as walk-ins."]
    }
    /// Nobody of the sign-up came.
    NotAttended "notAttended" 409 {
        ["未到场", "未到場", "Not attended"],
        ["签到之后才能评价。", "簽到之後才能評價。", "Only those who were checked in can say how it was."]
    }
    /// More seats of the session are taken than it is to have.
    CapacityBelowTaken "capacityBelowTaken" 409 {
        ["名额少于已报人数", "名額少於已報人數", "Capacity below what is taken"],
        ["已被占用的名额多于新的名额数；请先取消部分报名。", "已被佔用的名額多於新的名額數；請先取消部分報名。",
         "More seats are taken than the session is to have; cancel some sign-ups first."]
    }
    /// The session is over.
    SessionOver "sessionOver" 409 {
        ["场次已结束", "場次已結束", "Session over"],
        ["这个场次已结束，不能再修改。", "這個場次已結束，不能再修改。",
         "This session is over; nothing about it can be changed."]
    }
    /// There is nothing at this address, or it must not be known.
    NotFound "notFound" 404 {
        ["不存在", "不存在", "Not found"],
        ["这个地址没有内容，或内容不公开；请核对路径与编号。",
         "這個地址沒有內容，或內容不公開；請核對路徑與編號。",
         "There is nothing at this address, or it must not be known; check the path and the id in it."]
    }
    /// The address exists, but not for this method; `Allow` lists those that it knows.
    MethodNotAllowed "methodNotAllowed" 405 {
        ["方法不允许", "方法不允許", "Method not allowed"],
        ["这个地址不接受该方法；可用的方法见响应头 Allow。", "這個地址不接受該方法；可用的方法見回應標頭 Allow。",
         "This address does not take that method; the header `Allow` lists those it takes."]
    }
    /// No mini-program is configured on this server, so there are no codes of one.
    NoMiniProgram "noMiniProgram" 404 {
        ["没有配置小程序", "沒有設定小程式", "No mini-program"],
        ["本服务没有配置任何小程序，因此没有小程序码；请改用活动页面的地址。",
         "本服務沒有設定任何小程式，因此沒有小程式碼；請改用活動頁面的地址。",
         "No mini-program is configured on this server, so there are no codes of one; share the address of the event instead."]
    }
    /// The body did not arrive in time.
    BodyTooSlow "bodyTooSlow" 408 {
        ["请求体太慢", "請求內容太慢", "Body too slow"],
        ["请求体没有及时发完；请检查网络后重发。",
         "請求內容沒有及時發完；請檢查網絡後重發。",
         "The body did not arrive in time; check the connection and send the request again."]
    }
    /// The body is larger than 1 MiB, a picture than 8 MiB, a file to be imported than 16 MiB.
    PayloadTooLarge "payloadTooLarge" 413 {
        ["请求体过大", "請求內容過大", "Body too large"],
        ["请求体不能超过 1 MiB（图片 8 MiB，导入文件 16 MiB）；请缩小或分几次发送。",
         "請求內容不能超過 1 MiB（圖片 8 MiB，匯入檔案 16 MiB）；請縮小或分幾次發送。",
         "A body may have 1 MiB at most, a picture 8 MiB, a file to be imported 16 MiB; make it smaller or send it in parts."]
    }
    /// Path and query together are longer than 8 KiB.
    UriTooLong "uriTooLong" 414 {
        ["地址过长", "地址過長", "Address too long"],
        ["路径与参数合计不能超过 8 KiB；请减少参数。",
         "路徑與參數合計不能超過 8 KiB；請減少參數。",
         "Path and query together may have 8 KiB at most; ask with fewer values."]
    }
    /// Too many requests of one network or account; `RateLimit` says which limit it was.
    TooManyRequests "tooManyRequests" 429 {
        ["请求过于频繁", "請求過於頻繁", "Too many requests"],
        ["请求过于频繁，请在 Retry-After 所示的秒数后再试。", "請求過於頻繁，請在 Retry-After 所示的秒數後再試。",
         "Too many requests from this network or account; try again after the seconds in `Retry-After`."]
    }
    /// What is decided on moved since it was read, or waits no more.
    ChangedSince "changedSince" 409 {
        ["内容已变动", "內容已變動", "Changed since"],
        ["该项在您查看之后已被修改、撤回或已有决定；请重新读取。", "該項在您查看之後已被修改、撤回或已有決定；請重新讀取。",
         "It was changed, taken back or decided since you read it; read it again."]
    }
    /// Rows of the file are wrong, so nothing of it was taken.
    ImportHasErrors "importHasErrors" 409 {
        ["文件中有错误", "檔案中有錯誤", "Rows are wrong"],
        ["文件中有错误的行，整个文件均未导入；请按报告改正后重新上传。",
         "檔案中有錯誤的行，整個檔案均未匯入；請按報告改正後重新上傳。",
         "Rows of the file are wrong, so nothing of it was taken; mend what the report names and send the file again."]
    }
    /// What the file would change has moved since it was looked at.
    ImportOutdated "importOutdated" 409 {
        ["报告已过时", "報告已過時", "The report is outdated"],
        ["生成报告之后，相关活动或场次已有变动；请重新上传文件，查看新的报告后再导入。",
         "產生報告之後，相關活動或場次已有變動；請重新上傳檔案，查看新的報告後再匯入。",
         "Events or sessions of the file were changed since the report was made; send the file again, and apply it after looking at the new report."]
    }
    /// The file is none that can be read.
    ImportUnreadable "importUnreadable" 422 {
        ["文件无法读取", "檔案無法讀取", "The file cannot be read"],
        ["文件不是可读的 CSV、XLSX、JSON 或 iCalendar，没有模板中的任何一列，或超过 10000 行，或单元格超过 32767 字，或内容过大；请用模板，或另存为 XLSX 后重试。",
         "檔案不是可讀的 CSV、XLSX、JSON 或 iCalendar，沒有範本中的任何一欄，或超過 10000 行，或儲存格超過 32767 字，或內容過大；請用範本，或另存為 XLSX 後重試。",
         "The file is not CSV, XLSX, JSON or iCalendar that can be read, has no column of the template, or more than 10,000 rows, or more than 32,767 characters in a cell, or too much in all; use the template, or save it as XLSX."]
    }
    /// Another reviewer works on it.
    Claimed "claimed" 409 {
        ["已被他人领取", "已被他人領取", "Claimed by another"],
        ["另一位审核员正在处理该项。", "另一位審核員正在處理該項。", "Another reviewer is working on it."]
    }
    /// Nobody decides on what they, or an organisation that they are a member of, submitted.
    OwnSubmission "ownSubmission" 403 {
        ["不能处理自己的事项", "不能處理自己的事項", "Your own cause"],
        ["涉及自己或所属单位的事项须由他人决定。", "涉及自己或所屬單位的事項須由他人決定。",
         "What concerns you or your organisation is for somebody else to decide."]
    }
    /// It is as asked for already, or cannot become so.
    NothingToDo "nothingToDo" 409 {
        ["无需此操作", "無需此操作", "Nothing to do"],
        ["该项已是所求的状态，或其状态不允许此操作。", "該項已是所求的狀態，或其狀態不允許此操作。",
         "It is as you ask already, or its state does not allow it."]
    }
    /// Nothing of the event lies within the days of the campaign's edition.
    OutsideEdition "outsideEdition" 409 {
        ["不在主题活动期间", "不在主題活動期間", "Outside the edition"],
        ["活动没有任何场次（或展期）落在该届主题活动的起止日期内；请核对届次，或先添加场次。",
         "活動沒有任何場次（或展期）落在該屆主題活動的起止日期內；請核對屆次，或先添加場次。",
         "No session of the event, nor its period, lies within the days of this edition: check which edition you mean, or add \
          sessions first."]
    }
    /// Events are in an edition, or of a unit, that is to be removed.
    CampaignInUse "campaignInUse" 409 {
        ["已有活动参加", "已有活動參加", "Events take part"],
        ["要删除的届次或单位已有活动参加；请先将活动移出，单位不再参加时可填写 until（最后一年）。",
         "要刪除的屆次或單位已有活動參加；請先將活動移出，單位不再參加時可填寫 until（最後一年）。",
         "Events are in the edition, or of the unit, that is to go: take them out first; a unit that takes part no more is \
          given the last year as `until`."]
    }
    /// The organisation is not verified yet.
    OrganisationUnverified "organisationUnverified" 409 {
        ["单位尚未核实", "單位尚未核實", "Organisation not verified"],
        ["单位须经主管部门核实后才能提交发布；草稿可先保存。", "單位須經主管部門核實後才能提交發布；草稿可先儲存。",
         "An authority has to verify this organisation before anything of it is published; drafts can be written meanwhile."]
    }
    /// An organisation keeps an owner.
    LastOwner "lastOwner" 409 {
        ["须保留一位负责人", "須保留一位負責人", "Last owner"],
        ["这是单位唯一的负责人；请先将负责人转交他人。", "這是單位唯一的負責人；請先將負責人轉交他人。",
         "This is the organisation's only owner; make somebody else one first."]
    }
    /// What somebody applies for waits already.
    AppliedAlready "appliedAlready" 409 {
        ["申请已提交", "申請已提交", "Applied already"],
        ["您为这个单位提交的申请正在等待核实；请等待结果，或先撤回。",
         "您為這個單位提交的申請正在等待核實；請等待結果，或先撤回。",
         "Your application for this organisation waits already; wait for the decision, or withdraw it first."]
    }
    /// Another organisation was verified by the credit code of an application.
    CreditCodeTaken "creditCodeTaken" 409 {
        ["信用代码已被占用", "信用代碼已被佔用", "Credit code taken"],
        ["另一个单位已用该统一社会信用代码通过核实；这份申请只能退回。",
         "另一個單位已用該統一社會信用代碼通過核實；這份申請只能退回。",
         "Another organisation was verified by this credit code; this application can only be sent back."]
    }
    /// An authority invites an owner where there is none.
    HasOwner "hasOwner" 409 {
        ["单位已有负责人", "單位已有負責人", "There is an owner"],
        ["该单位已有负责人；请由负责人邀请其他人。", "該單位已有負責人；請由負責人邀請其他人。",
         "The organisation has an owner, who invites others."]
    }
    /// An authority calls off only what its organisation no longer can, or what was taken down.
    OrganisersOwn "organisersOwn" 409 {
        ["应由主办单位取消", "應由主辦單位取消", "For its organisers to call off"],
        ["活动正在公开，且主办单位未被暂停；主管部门只能取消已下架的活动或被暂停单位的活动。",
         "活動正在公開，且主辦單位未被暫停；主管部門只能取消已下架的活動或被暫停單位的活動。",
         "It is public and its organisation is not suspended: an authority calls off what was taken down, or whose organisation is suspended."]
    }
    /// Five applications of a person wait already.
    TooManyApplications "tooManyApplications" 409 {
        ["待核实的申请过多", "待核實的申請過多", "Too many applications"],
        ["每人最多有五份申请同时等待核实；请等待结果。", "每人最多有五份申請同時等待核實；請等待結果。",
         "Five applications of yours wait already; wait until they are decided."]
    }
    /// Twenty submissions of a person to the directory wait already.
    TooManySubmissions "tooManySubmissions" 409 {
        ["待审核的申报过多", "待審核的申報過多", "Too many submissions"],
        ["每人最多有二十项资源同时等待审核；请等待结果，或先撤回一些。",
         "每人最多有二十項資源同時等待審核；請等待結果，或先撤回一些。",
         "Twenty submissions of yours wait already; wait until they are decided, or take some back."]
    }
    /// The term of an accreditation ends in more than half a year.
    RenewalTooEarly "renewalTooEarly" 409 {
        ["尚未到续期时间", "尚未到續期時間", "Too early to renew"],
        ["有效期届满前 180 天起可申请续期；renewableFrom 给出日期。",
         "有效期屆滿前 180 天起可申請續期；renewableFrom 給出日期。",
         "A term can be renewed from 180 days before its end; `renewableFrom` tells the day."]
    }
    /// Fifty invitations of an organisation are open already.
    TooManyInvitations "tooManyInvitations" 409 {
        ["邀请过多", "邀請過多", "Too many invitations"],
        ["单位最多有五十份未接受的邀请；请先撤回不再需要的。", "單位最多有五十份未接受的邀請；請先撤回不再需要的。",
         "Fifty invitations are open already; take back those that are not needed first."]
    }
    /// An organisation has as many things that were never published as it can have.
    TooManyDrafts "tooManyDrafts" 409 {
        ["草稿过多", "草稿過多", "Too many drafts"],
        ["从未发布的内容过多：核实前最多20项，核实后最多2000项；请改写已有的草稿。", "從未發布的內容過多：核實前最多20項，核實後最多2000項；請改寫已有的草稿。",
         "Too much of this organisation was never published: 20 things at most until it is verified, 2,000 then; write on in one that is there."]
    }
    /// An organisation has twenty good API keys already.
    TooManyApiKeys "tooManyApiKeys" 409 {
        ["密钥过多", "金鑰過多", "Too many keys"],
        ["单位最多有二十个有效密钥；请先撤销不再需要的。", "單位最多有二十個有效金鑰；請先撤銷不再需要的。",
         "Twenty keys are good already; revoke those that are not needed first."]
    }
    /// The API key is wrong, has expired or was revoked.
    ApiKeyInvalid "apiKeyInvalid" 401 {
        ["密钥无效", "金鑰無效", "Invalid API key"],
        ["X-Api-Key 无效、已过期或已撤销；请向单位负责人索取新的密钥。", "X-Api-Key 無效、已過期或已撤銷；請向單位負責人索取新的金鑰。",
         "The `X-Api-Key` is wrong, has expired or was revoked; ask an owner of the organisation for another."]
    }
    /// The API key is good, and not for this.
    ScopeMissing "scopeMissing" 403 {
        ["密钥权限不足", "金鑰權限不足", "Scope missing"],
        ["此密钥不含这项操作所需的权限（scopes）；请使用另一个密钥。", "此金鑰不含這項操作所需的權限（scopes）；請使用另一個金鑰。",
         "This key has none of the `scopes` that the operation needs; use another."]
    }
    /// A request is of a person or of a key, never of both.
    TwoIdentities "twoIdentities" 400 {
        ["身份重复", "身分重複", "Two identities"],
        ["Authorization 与 X-Api-Key 不能同时使用；请只保留一个。", "Authorization 與 X-Api-Key 不能同時使用；請只保留一個。",
         "Send either `Authorization` or `X-Api-Key`, not both."]
    }
    /// The organisation is suspended.
    OrganisationSuspended "organisationSuspended" 409 {
        ["单位已被暂停", "單位已被暫停", "Organisation suspended"],
        ["该单位已被主管部门暂停，成员目前只能查看，不能更改。", "該單位已被主管部門暫停，成員目前只能查看，不能更改。",
         "An authority suspended this organisation; for now its members can read, and change nothing."]
    }
    /// Something broke here; the log knows it by the request's id.
    Internal "internal" 500 {
        ["服务器内部错误", "伺服器內部錯誤", "Internal error"],
        ["服务器出错了；反馈时请附上 requestId。", "伺服器出錯了；回報時請附上 requestId。",
         "Something broke on our side; please quote `requestId` when you report it."]
    }
    /// Too busy, or not ready; try again after `Retry-After` seconds.
    Unavailable "unavailable" 503 {
        ["暂时不可用", "暫時不可用", "Temporarily unavailable"],
        ["服务繁忙或尚未就绪，请稍后再试。", "服務繁忙或尚未就緒，請稍後再試。",
         "The service is too busy or not ready yet; try again in a moment."]
    }
    /// WeChat does not do its part just now; try again after `Retry-After` seconds.
    WechatUnavailable "wechatUnavailable" 503 {
        ["微信暂时不可用", "微信暫時不可用", "WeChat unavailable"],
        ["微信服务器暂时没有给出结果，请稍后再试。", "微信伺服器暫時沒有給出結果，請稍後再試。",
         "WeChat's servers did not do their part; try again in a few seconds."]
    }
}
